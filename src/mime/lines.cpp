#include "mime/lines.hpp"

#include <algorithm>

namespace ruagate::mime {

Line Lines::at(std::size_t position) {
  if (position < known_from_) {
    const std::size_t hit = text_.substr(position, known_from_ - position).find('\n');
    known_from_ = position;
    if (hit != std::string_view::npos) next_lf_ = position + hit;
  } else if (position > next_lf_ || next_lf_ == 0) {
    known_from_ = position;
    next_lf_ = std::min(text_.find('\n', position), text_.size());
  }
  const std::string_view ahead = text_.substr(position, next_lf_ - position);
  const std::size_t cr = ahead.find('\r');
  if (cr == std::string_view::npos) return {ahead, std::min(next_lf_ + 1, text_.size()), false};
  Line line{ahead.substr(0, cr), 0, false};
  const std::size_t left = ahead.size() - cr;  // From the CR on, up to the LF.
  const bool lf_follows = next_lf_ < text_.size();
  if (lf_follows && (left == 1 || (left == 2 && ahead[cr + 1] == '\r'))) {
    line.next = next_lf_ + 1;
  } else {
    line.next = position + cr + 1;
    line.bare_cr = true;
  }
  return line;
}

}  // namespace ruagate::mime
