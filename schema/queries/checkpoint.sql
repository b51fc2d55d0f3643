select uid_validity, last_uid from checkpoint where server = ?1 and folder = ?2;
