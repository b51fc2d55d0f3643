insert into author_domain (author_domain, policy_domain) values (?1, ?2) on conflict do nothing;
