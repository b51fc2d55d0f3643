insert into address (bytes) values (?1);
