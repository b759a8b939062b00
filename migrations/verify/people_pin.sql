SELECT verifier FROM pos.pin WHERE false;
