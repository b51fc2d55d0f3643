select text_key from text where value = ?1;
