/*
 * pack_dictionary.c - what payloads and stored answers have in common, ids and numbers left out; the most frequent at the
 * end, where zstd finds it best. Never change a dictionary that data was packed with (pack_dictionary.h).
 */
#include "pack_dictionary.h"

/* clang-format off */
#define PAYLOAD_TEXT \
    "[\"catalogue_head\",\"\",\"U\",2,{\"hash\":\"\"}][\"published\",\"\",\"U\",1,{\"created_at\":\"2026-01-01T00" \
    ":00:00.000000Z\"}][\"staff\",\"\",\"U\",1,{\"active\":true,\"rights_version\":1,\"role\":\"cashier\"}][\"dev" \
    "ice\",\"\",\"U\",1,{\"code\":\"R1\",\"kind\":\"register\",\"outlet_id\":\"\",\"series\":\"A\",\"state\":\"ac" \
    "tive\"}][\"outlet\",\"\",\"U\",1,{\"code\":\"main\",\"stations\":[\"bar\",\"kitchen\"],\"timezone\":\"Europe" \
    "/Berlin\"}]\n[\"event\",\"\",\"E\",1,{\"float\":10000,\"type\":\"SHIFT_OPENED\"}][\"event\",\"\",\"E\",1,{\"" \
    "type\":\"SHIFT_CLOSED\"}][\"shift\",\"\",\"U\",1,{\"closed_at\":null,\"counted\":null,\"device_id\":\"\",\"e" \
    "xpected_cash\":null,\"float_amount\":10000,\"opened_at\":\"2026-01-01T00:00:00.000000Z\",\"sales\":null,\"st" \
    "ate\":\"open\",\"total\":null}]\n[\"event\",\"\",\"E\",1,{\"on_hand\":\"5\",\"type\":\"STOCK_LOW\"}][\"event" \
    "\",\"\",\"E\",1,{\"type\":\"ORDER_CHANGED\"}][\"event\",\"\",\"E\",1,{\"type\":\"ORDER_READY\"}][\"event\"," \
    "\"\",\"E\",1,{\"type\":\"TICKET_BUMPED\"}][\"event\",\"\",\"E\",1,{\"type\":\"TICKET_RECALLED\"}]\n[\"event" \
    "\",\"\",\"E\",1,{\"items\":3,\"type\":\"ORDER_SENT\"}][\"ticket\",\"\",\"U\",1,{\"call_number\":\"A1\",\"cha" \
    "nnel\":\"counter\",\"course\":1,\"last_bump\":null,\"order_id\":\"\",\"sent_at\":\"2026-01-01T00:00:00.00000" \
    "0Z\",\"state\":\"open\",\"station\":\"kitchen\",\"table_label\":\"7\"}]\n[\"ticket_item\",\"\",\"U\",1,{\"li" \
    "ne_id\":\"\",\"modifiers\":[{\"id\":\"\",\"name\":\"\",\"price\":50,\"qty\":\"1\"}],\"name\":\"\",\"position" \
    "\":1,\"qty\":1000000,\"state\":\"open\",\"ticket_id\":\"\"}]\n{\"actor\":\"\",\"device\":\"\",\"input\":[\"{" \
    "\\\"v\\\":1,\\\"id\\\":\\\"\\\",\\\"t\\\":\\\"kds.bump\\\",\\\"b\\\":{\\\"ticket_id\\\":\\\"\\\"}}\"],\"op\"" \
    ":\"kds.bump\",\"rows\":[[\"ticket\",\"\",\"\",\"U\"],[\"ticket_item\",\"\",\"\",\"U\"],[\"bump\",\"\",\"\"," \
    "\"I\"],[\"shift\",\"\",\"\",\"I\"]]}\n\"op\":\"order.line.add\"\"op\":\"order.line.void\"\"op\":\"order.send" \
    "\"\"op\":\"payment.cash\"\"op\":\"shift.open\"\"op\":\"shift.close\"\"op\":\"sql\",\"role\":\"\n{\"device\":" \
    "\"\",\"input\":[\"{\\\"body\\\": {\\\"id\\\": \\\"\\\", \\\"lines\\\": [{\\\"qty\\\": \\\"1\\\", \\\"item_id" \
    "\\\": \\\"\\\", \\\"modifiers\\\": [{\\\"modifier_id\\\": \\\"\\\"}], \\\"discounts\\\": [{\\\"kind\\\": \\" \
    "\"percent\\\", \\\"value\\\": \\\"10\\\"}]}], \\\"send\\\": true, \\\"table\\\": \\\"\\\", \\\"payments\\\":" \
    " [{\\\"amount\\\": 100, \\\"tender\\\": \\\"cash\\\"}]}, \\\"params\\\": {}}\"],\"op\":\"order.place\",MPOSP" \
    "AY1\000\000\000\005event\000\005order\000\005stock\000\007kitchen[\"event\",\"\",\"E\",1,{\"channel\":\"coun" \
    "ter\",\"total\":891,\"type\":\"ORDER_CREATED\"}]\n[\"event\",\"\",\"E\",1,{\"receipt\":\"o3-R1-A-142\",\"tot" \
    "al\":891,\"type\":\"ORDER_PAID\"}][\"orders\",\"\",\"U\",1,{\"call_number\":\"A43\",\"channel\":\"counter\"," \
    "\"flags\":[],\"paid\":891,\"payment_state\":\"paid\",\"receipt\":\"o3-R1-A-142\",\"state\":\"closed\",\"tabl" \
    "e_label\":null,\"total\":891}]\n[\"order_line\",\"\",\"U\",1,{\"item_id\":\"\",\"qty\":1000000,\"state\":\"n" \
    "ew\",\"total\":264}]\n[\"payment\",\"\",\"U\",1,{\"amount\":891,\"tender\":\"cash\"}][\"stock\",\"\",\"U\",1" \
    "43,{\"on_hand\":999858000000}]\n[\"stock\",\"\",\"U\",143,{\"on_hand\":999858000000}]\n[\"stock\",\"\",\"U\"" \
    ",143,{\"on_hand\":999858000000}]{\"device\":\"\",\"input\":[\"{\\\"v\\\":1,\\\"id\\\":\\\"\\\",\\\"dev\\\":" \
    "\\\"\\\",\\\"gen\\\":1,\\\"seq\\\":142,\\\"prev\\\":\\\"\\\",\\\"t\\\":\\\"sale.commit\\\",\\\"ts\\\":\\\"20" \
    "26-11-21T08:09:31.974243Z\\\",\\\"core\\\":\\\"\\\",\\\"root\\\":\\\"\\\",\\\"b\\\":{\\\"id\\\":\\\"\\\",\\" \
    "\"receipt_n\\\":142,\\\"lines\\\":[{\\\"item_id\\\":\\\"\\\",\\\"qty\\\":\\\"1\\\"}],\\\"payments\\\":[{\\\"" \
    "tender\\\":\\\"cash\\\",\\\"amount\\\":891}]}}\"],\"op\":\"sync.push\",\"priced\":[\"\"],\"request\":\"\",\"" \
    "rows\":[[\"orders\",\"\",\"\",\"I\"],[\"order_line\",\"\",\"\",\"I\"],[\"payment\",\"\",\"\",\"I\"],[\"stock" \
    "\",\"\",\"\",\"U\"]]}"

#define ANSWER_TEXT \
    "{\"order\":{\"id\":\"\",\"outlet_id\":\"\",\"call_number\":\"Z01\",\"receipt\":\"main-API-A-1\",\"channel\":" \
    "\"api\",\"table\":null,\"state\":\"open\",\"payment_state\":\"unpaid\",\"state\":\"closed\",\"payment_state" \
    "\":\"paid\",\"version\":1,\"currency\":\"EUR\",\"lines\":[{\"id\":\"\",\"item_id\":\"\",\"parent_id\":null," \
    "\"name\":\"\",\"qty\":\"2\",\"unit_price\":,\"modifiers\":[{\"id\":\"\",\"name\":\"\",\"price\":50,\"qty\":" \
    "\"1\"}],\"gross\":,\"discount\":0,\"tax\":,\"total\":,\"course\":1,\"state\":\"sent\"},{\"id\":\"\",\"item_i" \
    "d\":\"\",\"parent_id\":null,\"name\":\"\",\"qty\":\"1\",\"unit_price\":,\"modifiers\":[],\"gross\":,\"discou" \
    "nt\":0,\"tax\":,\"total\":,\"course\":1,\"state\":\"new\"}],\"payments\":[{\"id\":\"\",\"tender\":\"cash\"," \
    "\"amount\":,\"tendered\":,\"change\":0,\"at\":\"2026-11-21T08:13:22.254431Z\"}],\"taxes\":[{\"id\":\"\",\"na" \
    "me\":\"VAT\",\"rate\":\"0.07\",\"included\":true,\"base\":,\"tax\":},{\"id\":\"\",\"name\":\"VAT\",\"rate\":" \
    "\"0.19\",\"included\":true,\"base\":,\"tax\":}],\"gross\":,\"discount\":0,\"net\":,\"tax\":,\"total\":,\"pai" \
    "d\":,\"due\":0,\"catalogue\":\"\",\"priced_hash\":\"\",\"flags\":[],\"created_at\":\"2026-11-21T08:13:22.254" \
    "431Z\"},\"journal\":[{\"id\":\"\",\"epoch\":0,\"seq\":1,\"leaf\":\"\"}]}"

/* Made by server/gen/pack_tables.c from 18,000 payloads and 15,000 answers: magic, id, Huffman and FSE tables, offsets. */
#define PAYLOAD_TABLES \
    "\x37\xa4\x30\xec\x03\x00\x00\x00\x37\x20\xaa\x24\x73\x3f\xc0\x0c\x30\x2f\xe8\x72\x80\x19\x60\x06\x18\x91" \
    "\xa0\xa7\xa7\xa7\x3d\x45\xe4\xd8\x72\x53\x0a\xb5\xc3\xdf\x42\xbe\x16\xfe\x16\xfe\xd3\x7c\xb5\x8a\x88\x88" \
    "\x88\x90\xaa\x7b\x98\xc2\x0c\x0e\x87\xc6\x1a\x2d\x43\x03\x18\x10\x08\x85\x4d\xc4\x41\x79\xe2\x03\x00\x04" \
    "\x60\x03\x8b\x06\x85\x8d\x8c\x90\x04\x09\x86\x08\x8e\x85\x8d\x48\xe2\x51\x50\x00\x08\x24\x04\x60\x00\x0c" \
    "\x12\x8e\xe3\x58\x98\xe4\x60\xd6\x33\x00\x00\x00\x00\xb4\x50\xc3\xa3\x01\x08\x12\x00\x80\x01\x00\x18\x20" \
    "\x18\x0a\x00\xf0\xb8\x04\xb0\x0e\x08\x00\x00\x00\x01\x00\x00\x00\x04\x00\x00\x00\x08\x00\x00\x00"

#define ANSWER_TABLES \
    "\x37\xa4\x30\xec\x04\x00\x00\x00\x1f\x20\xb8\x4c\x07\xcf\xf3\xce\x79\x5e\x08\xea\xd6\x6f\xa4\x4c\x49\x74" \
    "\xd8\x39\xec\x94\x92\x4c\x29\x49\x19\x75\xdb\x2f\x6a\x01\xb3\x03\x00\x10\x20\x92\xc4\xe2\x31\xb2\x13\x00" \
    "\x00\x04\x40\x85\x90\x03\x0c\x8d\x92\x8e\x05\x05\x12\x08\x05\x01\xf8\x3c\x0e\x0d\x01\x00\x42\x31\x3e\x00" \
    "\x00\x60\x04\x28\x68\x00\x1c\x80\x03\x00\x00\x00\x00\xe4\x2f\xe2\xa7\x85\x00\x0c\x12\x06\x00\x00\x82\x20" \
    "\x1c\x02\x41\x0d\xc8\xa1\x42\x25\x00\x00\x00\x01\x00\x00\x00\x04\x00\x00\x00\x08\x00\x00\x00"
/* clang-format on */

/* A text as such, and the same behind tables. */
static const char payload_text[] = PAYLOAD_TEXT, answer_text[] = ANSWER_TEXT;
static const char payload_coded[] = PAYLOAD_TABLES PAYLOAD_TEXT, answer_coded[] = ANSWER_TABLES ANSWER_TEXT;

const char *
mpos_pack_dictionary(int kind, size_t *size_out)
{
    switch (kind) {
    case MPOS_PACK_PAYLOAD_TEXT:
        *size_out = sizeof payload_text - 1;
        return payload_text;
    case MPOS_PACK_ANSWER_TEXT:
        *size_out = sizeof answer_text - 1;
        return answer_text;
    case MPOS_PACK_PAYLOAD:
        *size_out = sizeof payload_coded - 1;
        return payload_coded;
    case MPOS_PACK_ANSWER:
        *size_out = sizeof answer_coded - 1;
        return answer_coded;
    default:
        return NULL;
    }
}
