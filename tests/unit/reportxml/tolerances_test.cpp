#include "reportxml/tolerance.hpp"

#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace ruagate::reportxml {
namespace {

TEST(Tolerances, AreAllExplainedInTheDocumentation) {
  std::ifstream in(RUAGATE_SOURCE_DIR "/docs/tolerances.md");
  std::string line;
  std::set<std::string> documented;
  bool here = false;
  while (std::getline(in, line)) {
    if (line.starts_with("## ")) here = line == "## XML and values";
    if (here && line.starts_with("| `")) documented.insert(line.substr(3, line.find('`', 3) - 3));
  }
  std::set<std::string> known;
  for (std::size_t i = 0; i < kToleranceCount; ++i) known.emplace(to_string(static_cast<Tolerance>(i)));
  EXPECT_EQ(known, documented);
}

TEST(Tolerances, AreSortedByName) {
  Tolerances tolerances;
  tolerances.add(Tolerance::value_case);
  tolerances.add(Tolerance::utf16);
  tolerances.add(Tolerance::count_missing);
  tolerances.add(Tolerance::utf16);
  EXPECT_EQ(tolerances.names(), (std::vector<std::string>{"count_missing", "utf16", "value_case"}));
}

}  // namespace
}  // namespace ruagate::reportxml
