insert into text (value) values (?1);
