#include <gtest/gtest.h>

#include "domain/name.hpp"
#include "domain/org_domain.hpp"

namespace ruagate::domain {
namespace {

TEST(DomainName, NormalizesToLowerCaseALabels) {
  EXPECT_EQ(normalize("Mail.Example.COM."), "mail.example.com");
  EXPECT_EQ(normalize("b\xC3\xBC"
                      "cher.example"),
            "xn--bcher-kva.example");
  EXPECT_EQ(normalize("B\xC3\x9C"
                      "CHER.Example"),
            "xn--bcher-kva.example");
  EXPECT_EQ(normalize("_dmarc.example.com"), "_dmarc.example.com");
}

TEST(DomainName, RefusesWhatIsNoName) {
  for (const char* text : {"", ".", "a..b", ".a", "a b.example", "<a@b>", "a@b.example", "a/b", "a;b"}) {
    EXPECT_FALSE(normalize(text)) << text;
  }
  EXPECT_FALSE(normalize(std::string(64, 'a') + ".example"));
  EXPECT_FALSE(normalize(std::string(200, 'a') + "." + std::string(60, 'b')));
}

TEST(DomainName, ShowsTheUnicodeForm) {
  EXPECT_EQ(to_display("xn--bcher-kva.example"),
            "b\xC3\xBC"
            "cher.example");
  EXPECT_EQ(to_display("example.com"), "example.com");
}

TEST(DomainName, ComparesAtLabelBoundaries) {
  EXPECT_TRUE(is_same_or_below("a.example.com", "example.com"));
  EXPECT_TRUE(is_same_or_below("example.com", "example.com"));
  EXPECT_FALSE(is_same_or_below("badexample.com", "example.com"));
  EXPECT_FALSE(is_same_or_below("com", "example.com"));
}

TEST(OrgDomains, FollowsThePublicSuffixList) {
  const OrgDomains org_domains;
  EXPECT_EQ(org_domains.org_domain("a.b.example.com"), "example.com");
  EXPECT_EQ(org_domains.org_domain("a.b.example.co.uk"), "example.co.uk");
  EXPECT_EQ(org_domains.org_domain("co.uk"), "co.uk");
  EXPECT_EQ(org_domains.org_domain("localhost"), "localhost");
  EXPECT_EQ(org_domains.org_domain("www.city.kawasaki.jp"), "city.kawasaki.jp");  // exception rule
}

TEST(Alignment, RelaxedAcceptsSubdomainOfSameOrganization) {
  const OrgDomains org_domains;
  EXPECT_TRUE(org_domains.is_aligned("bounce.example.com", "news.example.com", AlignmentMode::relaxed));
  EXPECT_FALSE(org_domains.is_aligned("bounce.example.com", "example.com", AlignmentMode::strict));
  EXPECT_TRUE(org_domains.is_aligned("example.com", "example.com", AlignmentMode::strict));
  EXPECT_FALSE(org_domains.is_aligned("example.net", "example.com", AlignmentMode::relaxed));
  EXPECT_FALSE(org_domains.is_aligned("other.co.uk", "example.co.uk", AlignmentMode::relaxed));
  EXPECT_FALSE(org_domains.is_aligned("", "example.com", AlignmentMode::relaxed));
}

}  // namespace
}  // namespace ruagate::domain
