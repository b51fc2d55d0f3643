select address_key from address where bytes = ?1;
