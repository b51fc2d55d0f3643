select value from text where text_key = ?1;
