BEGIN;
SELECT mpos.unguard(t, 'clock reverted') FROM unnest(ARRAY['pos.clock_break', 'pos.clock']::regclass[]) t;
DROP TABLE pos.clock_break, pos.clock;
COMMIT;
