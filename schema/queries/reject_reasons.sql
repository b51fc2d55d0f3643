select reason, count(*) from reject group by reason order by reason;
