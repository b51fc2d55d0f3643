#pragma once

#include <cstddef>
#include <string_view>

namespace ruagate::mime {

/// One line, without and with its end.
struct Line {
  std::string_view text;  ///< Without the line end.
  std::size_t next = 0;   ///< Position after the line end.
  bool bare_cr = false;   ///< Ended by a CR alone.
};

/// Finds line ends: CRLF, LF, CR, and CR CR LF, which some relays make of CRLF. Linear over a text as long as positions
/// mostly move forward, also where the text holds only one of CR and LF.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {}
  std::string_view text() const { return text_; }
  /// The line that begins at `position`, which lies inside the text.
  Line at(std::size_t position);

 private:
  std::string_view text_;
  std::size_t known_from_ = 0;  // There is no LF in [known_from_, next_lf_).
  std::size_t next_lf_ = 0;
};

}  // namespace ruagate::mime
