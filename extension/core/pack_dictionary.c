/*
 * pack_dictionary.c - what payloads and stored answers have in common, ids and numbers left out; the most frequent at the
 * end, where zstd finds it best. Never change a dictionary that data was packed with (pack_dictionary.h).
 */
#include "pack_dictionary.h"

/* clang-format off */
const char mpos_pack_payload_dictionary[] =
    "[\"catalogue_head\",\"\",\"U\",2,{\"hash\":\"\"}][\"published\",\"\",\"U\",1,{\"created_at\":\"2026-01-01T00"
    ":00:00.000000Z\"}][\"staff\",\"\",\"U\",1,{\"active\":true,\"rights_version\":1,\"role\":\"cashier\"}][\"dev"
    "ice\",\"\",\"U\",1,{\"code\":\"R1\",\"kind\":\"register\",\"outlet_id\":\"\",\"series\":\"A\",\"state\":\"ac"
    "tive\"}][\"outlet\",\"\",\"U\",1,{\"code\":\"main\",\"stations\":[\"bar\",\"kitchen\"],\"timezone\":\"Europe"
    "/Berlin\"}]\n[\"event\",\"\",\"E\",1,{\"float\":10000,\"type\":\"SHIFT_OPENED\"}][\"event\",\"\",\"E\",1,{\""
    "type\":\"SHIFT_CLOSED\"}][\"shift\",\"\",\"U\",1,{\"closed_at\":null,\"counted\":null,\"device_id\":\"\",\"e"
    "xpected_cash\":null,\"float_amount\":10000,\"opened_at\":\"2026-01-01T00:00:00.000000Z\",\"sales\":null,\"st"
    "ate\":\"open\",\"total\":null}]\n[\"event\",\"\",\"E\",1,{\"on_hand\":\"5\",\"type\":\"STOCK_LOW\"}][\"event"
    "\",\"\",\"E\",1,{\"type\":\"ORDER_CHANGED\"}][\"event\",\"\",\"E\",1,{\"type\":\"ORDER_READY\"}][\"event\","
    "\"\",\"E\",1,{\"type\":\"TICKET_BUMPED\"}][\"event\",\"\",\"E\",1,{\"type\":\"TICKET_RECALLED\"}]\n[\"event"
    "\",\"\",\"E\",1,{\"items\":3,\"type\":\"ORDER_SENT\"}][\"ticket\",\"\",\"U\",1,{\"call_number\":\"A1\",\"cha"
    "nnel\":\"counter\",\"course\":1,\"last_bump\":null,\"order_id\":\"\",\"sent_at\":\"2026-01-01T00:00:00.00000"
    "0Z\",\"state\":\"open\",\"station\":\"kitchen\",\"table_label\":\"7\"}]\n[\"ticket_item\",\"\",\"U\",1,{\"li"
    "ne_id\":\"\",\"modifiers\":[{\"id\":\"\",\"name\":\"\",\"price\":50,\"qty\":\"1\"}],\"name\":\"\",\"position"
    "\":1,\"qty\":1000000,\"state\":\"open\",\"ticket_id\":\"\"}]\n{\"actor\":\"\",\"device\":\"\",\"input\":[\"{"
    "\\\"v\\\":1,\\\"id\\\":\\\"\\\",\\\"t\\\":\\\"kds.bump\\\",\\\"b\\\":{\\\"ticket_id\\\":\\\"\\\"}}\"],\"op\""
    ":\"kds.bump\",\"rows\":[[\"ticket\",\"\",\"\",\"U\"],[\"ticket_item\",\"\",\"\",\"U\"],[\"bump\",\"\",\"\","
    "\"I\"],[\"shift\",\"\",\"\",\"I\"]]}\n\"op\":\"order.line.add\"\"op\":\"order.line.void\"\"op\":\"order.send"
    "\"\"op\":\"payment.cash\"\"op\":\"shift.open\"\"op\":\"shift.close\"\"op\":\"sql\",\"role\":\"\n{\"device\":"
    "\"\",\"input\":[\"{\\\"body\\\": {\\\"id\\\": \\\"\\\", \\\"lines\\\": [{\\\"qty\\\": \\\"1\\\", \\\"item_id"
    "\\\": \\\"\\\", \\\"modifiers\\\": [{\\\"modifier_id\\\": \\\"\\\"}], \\\"discounts\\\": [{\\\"kind\\\": \\"
    "\"percent\\\", \\\"value\\\": \\\"10\\\"}]}], \\\"send\\\": true, \\\"table\\\": \\\"\\\", \\\"payments\\\":"
    " [{\\\"amount\\\": 100, \\\"tender\\\": \\\"cash\\\"}]}, \\\"params\\\": {}}\"],\"op\":\"order.place\",MPOSP"
    "AY1\000\000\000\005event\000\005order\000\005stock\000\007kitchen[\"event\",\"\",\"E\",1,{\"channel\":\"coun"
    "ter\",\"total\":891,\"type\":\"ORDER_CREATED\"}]\n[\"event\",\"\",\"E\",1,{\"receipt\":\"o3-R1-A-142\",\"tot"
    "al\":891,\"type\":\"ORDER_PAID\"}][\"orders\",\"\",\"U\",1,{\"call_number\":\"A43\",\"channel\":\"counter\","
    "\"flags\":[],\"paid\":891,\"payment_state\":\"paid\",\"receipt\":\"o3-R1-A-142\",\"state\":\"closed\",\"tabl"
    "e_label\":null,\"total\":891}]\n[\"order_line\",\"\",\"U\",1,{\"item_id\":\"\",\"qty\":1000000,\"state\":\"n"
    "ew\",\"total\":264}]\n[\"payment\",\"\",\"U\",1,{\"amount\":891,\"tender\":\"cash\"}][\"stock\",\"\",\"U\",1"
    "43,{\"on_hand\":999858000000}]\n[\"stock\",\"\",\"U\",143,{\"on_hand\":999858000000}]\n[\"stock\",\"\",\"U\""
    ",143,{\"on_hand\":999858000000}]{\"device\":\"\",\"input\":[\"{\\\"v\\\":1,\\\"id\\\":\\\"\\\",\\\"dev\\\":"
    "\\\"\\\",\\\"gen\\\":1,\\\"seq\\\":142,\\\"prev\\\":\\\"\\\",\\\"t\\\":\\\"sale.commit\\\",\\\"ts\\\":\\\"20"
    "26-11-21T08:09:31.974243Z\\\",\\\"core\\\":\\\"\\\",\\\"root\\\":\\\"\\\",\\\"b\\\":{\\\"id\\\":\\\"\\\",\\"
    "\"receipt_n\\\":142,\\\"lines\\\":[{\\\"item_id\\\":\\\"\\\",\\\"qty\\\":\\\"1\\\"}],\\\"payments\\\":[{\\\""
    "tender\\\":\\\"cash\\\",\\\"amount\\\":891}]}}\"],\"op\":\"sync.push\",\"priced\":[\"\"],\"request\":\"\",\""
    "rows\":[[\"orders\",\"\",\"\",\"I\"],[\"order_line\",\"\",\"\",\"I\"],[\"payment\",\"\",\"\",\"I\"],[\"stock"
    "\",\"\",\"\",\"U\"]]}";
const size_t mpos_pack_payload_dictionary_size = sizeof mpos_pack_payload_dictionary - 1;

const char mpos_pack_answer_dictionary[] =
    "{\"order\":{\"id\":\"\",\"outlet_id\":\"\",\"call_number\":\"Z01\",\"receipt\":\"main-API-A-1\",\"channel\":"
    "\"api\",\"table\":null,\"state\":\"open\",\"payment_state\":\"unpaid\",\"state\":\"closed\",\"payment_state"
    "\":\"paid\",\"version\":1,\"currency\":\"EUR\",\"lines\":[{\"id\":\"\",\"item_id\":\"\",\"parent_id\":null,"
    "\"name\":\"\",\"qty\":\"2\",\"unit_price\":,\"modifiers\":[{\"id\":\"\",\"name\":\"\",\"price\":50,\"qty\":"
    "\"1\"}],\"gross\":,\"discount\":0,\"tax\":,\"total\":,\"course\":1,\"state\":\"sent\"},{\"id\":\"\",\"item_i"
    "d\":\"\",\"parent_id\":null,\"name\":\"\",\"qty\":\"1\",\"unit_price\":,\"modifiers\":[],\"gross\":,\"discou"
    "nt\":0,\"tax\":,\"total\":,\"course\":1,\"state\":\"new\"}],\"payments\":[{\"id\":\"\",\"tender\":\"cash\","
    "\"amount\":,\"tendered\":,\"change\":0,\"at\":\"2026-11-21T08:13:22.254431Z\"}],\"taxes\":[{\"id\":\"\",\"na"
    "me\":\"VAT\",\"rate\":\"0.07\",\"included\":true,\"base\":,\"tax\":},{\"id\":\"\",\"name\":\"VAT\",\"rate\":"
    "\"0.19\",\"included\":true,\"base\":,\"tax\":}],\"gross\":,\"discount\":0,\"net\":,\"tax\":,\"total\":,\"pai"
    "d\":,\"due\":0,\"catalogue\":\"\",\"priced_hash\":\"\",\"flags\":[],\"created_at\":\"2026-11-21T08:13:22.254"
    "431Z\"},\"journal\":[{\"id\":\"\",\"epoch\":0,\"seq\":1,\"leaf\":\"\"}]}";
const size_t mpos_pack_answer_dictionary_size = sizeof mpos_pack_answer_dictionary - 1;
/* clang-format on */
