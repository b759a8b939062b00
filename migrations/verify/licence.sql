SELECT licence_id, serial, payload, signature, reminded FROM pos.licence WHERE false;
