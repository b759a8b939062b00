SELECT started_at, ended_at FROM pos.clock WHERE false;
SELECT started_at, ended_at FROM pos.clock_break WHERE false;
