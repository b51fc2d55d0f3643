select address_key, bytes from address where address_key >= ?1 order by address_key;
