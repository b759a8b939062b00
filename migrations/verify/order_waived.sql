SELECT waived FROM pos.orders WHERE false;
