select encoding, bytes from raw_document where report_key = ?1;
