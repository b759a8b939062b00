// Writes the template of the demo shop: node generate.mjs > shop.json. 5,000 items with valid EAN-13 codes, the same
// bytes every time. Codes begin with 20 to 29, which GS1 leaves to shops for their own use.
const lines = [
  ['produce', 'Fruit and vegetables', '#4f7a3a', 'reduced', 89, ['Apples', 'Pears', 'Carrots', 'Tomatoes', 'Lemons', 'Potatoes', 'Onions', 'Lettuce', 'Peppers', 'Grapes']],
  ['bakery', 'Bread and rolls', '#b07d12', 'reduced', 119, ['Rye bread', 'Baguette', 'Rolls', 'Toast', 'Crispbread', 'Pretzels', 'Wraps', 'Bagels', 'Croissants', 'Buns']],
  ['dairy', 'Dairy', '#2a6f9e', 'reduced', 99, ['Milk', 'Yoghurt', 'Butter', 'Cheese', 'Cream', 'Quark', 'Kefir', 'Mozzarella', 'Feta', 'Pudding']],
  ['pantry', 'Pantry', '#7a4b2a', 'reduced', 129, ['Pasta', 'Rice', 'Flour', 'Sugar', 'Oats', 'Lentils', 'Olive oil', 'Vinegar', 'Mustard', 'Honey']],
  ['sweets', 'Sweets and snacks', '#b4577a', 'reduced', 109, ['Chocolate', 'Biscuits', 'Crisps', 'Nuts', 'Gummies', 'Popcorn', 'Crackers', 'Raisins', 'Mints', 'Waffles']],
  ['drinks', 'Drinks', '#3f5fa8', 'standard', 79, ['Water', 'Cola', 'Orange juice', 'Apple juice', 'Iced tea', 'Tonic', 'Lager', 'Wheat beer', 'Red wine', 'White wine']],
  ['household', 'Household', '#555f6b', 'standard', 149, ['Washing powder', 'Sponges', 'Bin bags', 'Candles', 'Foil', 'Kitchen roll', 'Batteries', 'Bulbs', 'Matches', 'Cleaner']],
  ['care', 'Body care', '#8a2f4f', 'standard', 139, ['Soap', 'Shampoo', 'Toothpaste', 'Deodorant', 'Hand cream', 'Razors', 'Tissues', 'Cotton pads', 'Sun lotion', 'Plasters']],
  ['pets', 'Pets', '#c2641c', 'standard', 69, ['Cat food', 'Dog food', 'Cat litter', 'Bird seed', 'Chew sticks', 'Hay', 'Fish food', 'Dog biscuits', 'Treats', 'Bedding']],
  ['paper', 'Paper and pens', '#a33a2a', 'standard', 59, ['Notebook', 'Ball pen', 'Pencils', 'Envelopes', 'Tape', 'Glue', 'Folder', 'Marker', 'Eraser', 'Cards']],
];
const brands = ['Feldmann', 'Nordlicht', 'Alba', 'Kranich', 'Mühle 7', 'Sonnwend', 'Haus & Hof', 'Petersen', 'Lindau', 'Grünwald'];
const sizes = ['mini', 'small', 'medium', 'large', 'family'];

function ean13(number) {
  const digits = `2${String(number).padStart(11, '0')}`;
  const sum = [...digits].reduce((total, digit, i) => total + Number(digit) * (i % 2 ? 3 : 1), 0);
  return digits + ((10 - (sum % 10)) % 10);
}

const weighed = 4990;

function item(n) {
  const [category, , , tax, base, names] = lines[n % lines.length];
  const rest = Math.floor(n / lines.length);
  const size = rest % sizes.length;
  const name = Math.floor(rest / sizes.length) % names.length;
  const brand = Math.floor(rest / (sizes.length * names.length));
  return {
    code: `s${String(n + 1).padStart(4, '0')}`, name: `${names[name]} ${brands[brand]}, ${sizes[size]}`, category,
    price: base + size * 60 + name * 17 + brand * 7, taxes: [tax], groups: [], station: null,
    barcode: ean13(4100000 + n * 7), stock: String(20 + (n % 80)),
    // Sold by weight: the scale's labels begin with 21, the article's number and zeros are what it is filed under.
    ...(n === weighed && { unit: 'kg', barcodes: [ean13('10000100000')] }),
    ...(n % 500 === 3 && { prices: [{ book: 'members', price: base + size * 50 + name * 15 }] }),
  };
}

const template = {
  name: 'Kiezladen', country: 'DE', currency: 'EUR', exponent: 2,
  rounding: { mode: 'half_up', level: 'line', increment: 1, cash_increment: 1, inclusive: 'tax' },
  taxes: [{ code: 'standard', name: 'VAT', rate: '0.19', included: true }, { code: 'reduced', name: 'VAT', rate: '0.07', included: true }],
  outlets: [{ code: 'main', name: 'Shop', timezone: 'Europe/Berlin', stations: [], devices: [{ code: 'R1', kind: 'register' }, { code: 'R2', kind: 'register' }] }],
  demo: {
    slug: 'demo-shop', pairing: 'open',
    staff: [{ number: '101', name: 'Ayla', role: 'manager', pin: '1234' }, { number: '102', name: 'Ben', role: 'cashier', pin: '2345' }],
  },
  categories: lines.map(([code, name, colour], i) => ({ code, name, colour, sort: i + 1 })),
  groups: [],
  customer_groups: [{ code: 'members', name: 'Members' }],
  books: [{ code: 'members', name: 'Members', definition: { customer_groups: ['members'] } }],
  promotions: [
    { code: 'kiez5', name: 'Neighbours', definition: { coupons: ['KIEZ5'], kind: 'amount', scope: 'order', amount: 500, min_amount: 3000 } },
    { code: 'breakfast', name: 'Breakfast bundle', definition: { coupons: ['MORNING'], kind: 'bundle', price: 350, max_uses: 2, slots: [{ categories: ['bakery'], qty: '1' }, { categories: ['dairy'], qty: '1' }] } },
  ],
  settings: { barcode_patterns: [{ name: 'Scale', pattern: '21.....{NNDDD}.', symbology: 'ean13', value: 'qty' }, { name: 'Price label', pattern: '22.....{NNNDD}.', symbology: 'ean13', value: 'price' }] },
  items: Array.from({ length: 5000 }, (_, n) => item(n)),
};
process.stdout.write(`${JSON.stringify(template, null, 1)}\n`);
