#include <gtest/gtest.h>

#include "base/ascii.hpp"
#include "base/ip_address.hpp"
#include "base/printable.hpp"
#include "base/sha256.hpp"
#include "base/time.hpp"

namespace ruagate {
namespace {

TEST(Day, ReadsAndWritesIso) {
  EXPECT_EQ(to_iso(*parse_day("2026-11-20")), "2026-11-20");
  EXPECT_EQ(day_number(*parse_day("1970-01-02")), 1);
  EXPECT_EQ(to_iso(instant_from(1'700'000'000)), "2023-11-14T22:13:20Z");
  EXPECT_EQ(to_iso(instant_from(-1)), "1969-12-31T23:59:59Z");
}

TEST(Day, RefusesWhatIsNoDay) {
  for (const char* text :
       {"", "2026-02-30", "2026-13-01", "2026-1-01", "20261120", "2026-11-20T", "2026/11/20", "-026-11-20"}) {
    EXPECT_FALSE(parse_day(text)) << text;
  }
}

TEST(IpAddress, ReadsBothFamiliesInCanonicalForm) {
  EXPECT_EQ(IpAddress::parse("192.0.2.1")->to_string(), "192.0.2.1");
  EXPECT_EQ(IpAddress::parse("2001:DB8:0:0:0:0:0:1")->to_string(), "2001:db8::1");
  EXPECT_EQ(IpAddress::parse("2001:db8::1")->bytes().size(), 16U);
}

TEST(IpAddress, FoldsMappedAddresses) {
  EXPECT_EQ(IpAddress::parse("::ffff:192.0.2.1"), IpAddress::parse("192.0.2.1"));
}

TEST(IpAddress, RefusesEverythingElse) {
  for (const char* text :
       {"", "192.0.2", "192.0.2.256", "192.0.2.1:25", "[::1]", "fe80::1%eth0", "host", " 192.0.2.1"}) {
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  }
  EXPECT_FALSE(IpAddress::parse(std::string_view("192.0.2.1\0", 10)));
}

TEST(IpNetwork, ContainsItsAddresses) {
  const auto network = IpNetwork::parse("192.0.2.129/25");
  ASSERT_TRUE(network);
  EXPECT_EQ(network->to_string(), "192.0.2.128/25");
  EXPECT_TRUE(network->contains(*IpAddress::parse("192.0.2.255")));
  EXPECT_FALSE(network->contains(*IpAddress::parse("192.0.2.127")));
  EXPECT_FALSE(network->contains(*IpAddress::parse("2001:db8::1")));
  EXPECT_TRUE(IpNetwork::parse("0.0.0.0/0")->contains(*IpAddress::parse("203.0.113.9")));
  EXPECT_EQ(IpNetwork::parse("2001:db8:1:2::3/48")->to_string(), "2001:db8:1::/48");
  EXPECT_EQ(IpNetwork::parse("192.0.2.1")->bits(), 32U);
}

TEST(IpNetwork, RefusesBadPrefixes) {
  for (const char* text : {"192.0.2.0/33", "192.0.2.0/", "192.0.2.0/-1", "192.0.2.0/2x", "/24"}) {
    EXPECT_FALSE(IpNetwork::parse(text)) << text;
  }
}

TEST(Printable, EscapesWhatCanHarmATerminal) {
  EXPECT_EQ(printable("a\x1b[31mb\n\t\r"), "a\\x1b[31mb\\n\\t\\r");
  EXPECT_EQ(printable("caf\xC3\xA9"), "caf\xC3\xA9");
  EXPECT_EQ(printable("bad\xFF"), "bad\\xff");
  EXPECT_EQ(printable("rtl\xE2\x80\xAE!"), "rtl\\xe2\\x80\\xae!");
  EXPECT_EQ(printable("c1\xC2\x9B"), "c1\\xc2\\x9b");
}

TEST(Printable, CutsAtACharacter) {
  EXPECT_EQ(printable("abcdef", 3), "abc...");
  EXPECT_EQ(printable("ab\xC3\xA9", 3), "ab...");
}

TEST(Utf8, ReplacesInvalidSequences) {
  EXPECT_EQ(valid_utf8("a\xC0\x80z"), "a\xEF\xBF\xBD\xEF\xBF\xBDz");
  EXPECT_EQ(utf8_length("\xED\xA0\x80"), 0U);  // surrogate
  EXPECT_EQ(utf8_length("\xF4\x90\x80\x80"), 0U);
  EXPECT_EQ(utf8_length("\xF0\x9F\x98\x80"), 4U);
}

TEST(Ascii, ComparesWithoutCase) {
  EXPECT_TRUE(equals_ignoring_case("Content-Type", "content-TYPE"));
  EXPECT_EQ(find_ignoring_case("Report Domain: x", "DOMAIN:"), 7U);
  EXPECT_EQ(find_ignoring_case("abc", "d"), std::string_view::npos);
  EXPECT_EQ(trim(" \t x y \r\n"), "x y");
}

TEST(Sha256, KnownAnswer) {  // FIPS 180-4, "abc"
  EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace ruagate
