select facts, decisions from data_version where what = ?1;
