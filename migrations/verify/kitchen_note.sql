SELECT noted FROM pos.ticket WHERE false;
