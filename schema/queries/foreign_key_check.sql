pragma foreign_key_check;
