select bytes from address where address_key = ?1;
