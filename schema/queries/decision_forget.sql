delete from decision where domain = ?1 and what = ?2;
