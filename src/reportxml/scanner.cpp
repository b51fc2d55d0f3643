#include "reportxml/scanner.hpp"

#include <algorithm>
#include <utility>

#include "base/ascii.hpp"
#include "base/format.hpp"
#include "base/printable.hpp"
#include "reportxml/element.hpp"

namespace ruagate::reportxml {

namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr std::size_t kMostOutside = 1'000'000;

bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool ends_name(char c) {
  return is_space(c) || c == '>' || c == '/' || c == '<' || c == '=' || c == '"' || c == '\'';
}

// Collects the children of one feedback element, or of the document itself when the root is missing.
class Collector {
 public:
  Collector(std::string_view document, FeedbackSpan& span, std::size_t content_begin)
      : document_(document), span_(&span), gap_begin_(content_begin) {}

  void record(std::size_t begin, std::size_t end) {
    const bool blank = is_blank(document_.substr(gap_begin_, begin - gap_begin_));
    if (!blank) span_->head.push_back({gap_begin_, begin});
    gap_begin_ = end;
    if (end - begin > kMaxRecordBytes) {
      ++span_->oversize;
      return;
    }
    ++span_->records;
    std::vector<Span>& batches = span_->batches;
    if (blank && !batches.empty() && last_record_end_ == batches.back().end &&
        end - batches.back().begin <= kBatchBytes) {
      batches.back().end = end;
    } else {
      batches.push_back({begin, end});
    }
    last_record_end_ = end;
  }

  void close(std::size_t content_end) {
    if (!is_blank(document_.substr(gap_begin_, content_end - gap_begin_))) {
      span_->head.push_back({gap_begin_, content_end});
    }
  }

 private:
  std::string_view document_;
  FeedbackSpan* span_;
  std::size_t gap_begin_;
  std::size_t last_record_end_ = npos;
};

Element known(std::string_view name) {
  const std::string_view local = local_name(name);
  const Element element = element_of(local);
  return element != Element::unknown ? element : element_ignoring_case(local);
}

class Scanner {
 public:
  Scanner(std::string_view document, const Limits& limits, ScanFailure& failure)
      : document_(document), limits_(limits), failure_(failure), rootless_(document, rootless_span_, 0) {}

  std::optional<Layout> run() {
    std::size_t at = 0;
    while (true) {
      const std::size_t open = document_.find('<', at);
      const std::string_view text = document_.substr(at, open == npos ? npos : open - at);
      if (open_.empty() && !is_blank(text)) layout_.tolerances.add(Tolerance::text_around_document);
      if (open == npos) break;
      at = markup(open);
      if (at == npos) return std::nullopt;
    }
    if (!open_.empty()) {
      broken(document_.size(), format("element {} is not closed", printable(open_.back().name, 40)));
      return std::nullopt;
    }
    if (layout_.reports.empty() && sections_ > 0) {
      rootless_.close(document_.size());
      layout_.reports.push_back(std::move(rootless_span_));
      layout_.tolerances.add(Tolerance::root_missing);
    } else if (layout_.reports.size() > 1) {
      layout_.tolerances.add(Tolerance::several_reports);
    }
    return std::move(layout_);
  }

 private:
  struct Open {
    std::string_view name;
    std::size_t begin;
    Element element;
  };

  std::size_t fail(ScanFailure::Kind kind, std::size_t offset, std::string what) {
    failure_ = {kind, offset, std::move(what)};
    return npos;
  }
  std::size_t broken(std::size_t offset, std::string what) {
    return fail(ScanFailure::Kind::broken, offset, std::move(what));
  }

  /// Handles what starts at the '<' at `open`; past it, or npos on failure.
  std::size_t markup(std::size_t open) {
    const std::string_view rest = document_.substr(open);
    if (rest.size() < 2) return broken(open, "the document ends in a tag");
    switch (rest[1]) {
      case '!':
        return declaration(open, rest);
      case '?': {
        const std::size_t end = document_.find("?>", open + 2);
        if (rest.starts_with("<?xml") && std::exchange(declared_, true))
          layout_.tolerances.add(Tolerance::odd_declaration);
        return end == npos ? broken(open, "processing instruction without end") : end + 2;
      }
      case '/':
        return end_tag(open);
      default:
        return is_name_start(rest[1]) ? start_tag(open) : broken(open, "'<' starts no tag");
    }
  }

  std::size_t declaration(std::size_t open, std::string_view rest) {
    if (rest.starts_with("<!--")) {
      const std::size_t end = document_.find("-->", open + 4);
      return end == npos ? broken(open, "comment without end") : end + 3;
    }
    if (rest.starts_with("<![CDATA[")) {
      const std::size_t end = document_.find("]]>", open + 9);
      return end == npos ? broken(open, "CDATA section without end") : end + 3;
    }
    if (starts_with_ignoring_case(rest, "<!doctype")) {
      const std::string_view name = trim(rest.substr(9, 64));
      const bool html = starts_with_ignoring_case(name, "html");
      return fail(html ? ScanFailure::Kind::doctype_html : ScanFailure::Kind::doctype, open,
                  "document type declaration");
    }
    if (starts_with_ignoring_case(rest, "<!entity"))
      return fail(ScanFailure::Kind::doctype, open, "entity declaration");
    return broken(open, "unknown declaration");
  }

  std::size_t start_tag(std::size_t open) {
    const std::size_t end = end_of_tag(document_, open);
    if (end == npos) return broken(open, "tag without end");
    std::size_t name_end = open + 1;
    while (!ends_name(document_[name_end])) ++name_end;
    const std::string_view name = document_.substr(open + 1, name_end - open - 1);
    // Only elements near the root matter here; the name of the others is compared, not understood.
    const bool shallow = feedback_depth_ == 0 || open_.size() <= feedback_depth_;
    const Element element = shallow ? known(name) : Element::unknown;
    if (feedback_depth_ == 0 && sections_ == 0 && ++outside_ > kMostOutside) {
      return fail(ScanFailure::Kind::other_root, open, format("the root element is {}", printable(layout_.root, 60)));
    }
    if (layout_.root.empty()) layout_.root = local_name(name);
    if (open_.size() >= limits_.max_depth) {
      return fail(ScanFailure::Kind::too_deep, open, format("more than {} elements deep", limits_.max_depth));
    }
    if (element == Element::feedback && feedback_depth_ == 0) {
      if (layout_.reports.size() >= kMaxReportsPerDocument) {
        return fail(ScanFailure::Kind::too_many_records, open,
                    format("more than {} reports in one document", kMaxReportsPerDocument));
      }
      if (!open_.empty()) layout_.tolerances.add(Tolerance::wrapper_element);
      layout_.reports.push_back({{open, end}, {}, {}, 0, 0});
      feedback_depth_ = open_.size() + 1;
      head_bytes_ = 0;
      collector_ = Collector(document_, layout_.reports.back(), end);
    }
    open_.push_back({name, open, element});
    if (document_[end - 2] == '/') return close_top(open, end) ? end : npos;
    return end;
  }

  std::size_t end_tag(std::size_t open) {
    const std::size_t end = document_.find('>', open);
    if (end == npos) return broken(open, "end tag without end");
    const std::string_view name = trim(document_.substr(open + 2, end - open - 2));
    if (open_.empty() || open_.back().name != name) {
      return broken(open, format("end tag {} does not match", printable(name, 40)));
    }
    return close_top(open, end + 1) ? end + 1 : npos;
  }

  /// `tag` is where the closing tag begins, `end` is past it.
  bool close_top(std::size_t tag, std::size_t end) {
    const Open closed = open_.back();
    open_.pop_back();
    if (feedback_depth_ != 0) {
      if (open_.size() == feedback_depth_) {
        if (closed.element == Element::record) return record(*collector_, closed, end);
        head_bytes_ += end - closed.begin;
        if (head_bytes_ > kMaxHeadBytes) {
          fail(ScanFailure::Kind::head_too_large, closed.begin,
               format("more than {} MiB outside records", kMaxHeadBytes >> 20));
          return false;
        }
      }
      if (open_.size() + 1 == feedback_depth_) {
        // A self-closing feedback has no content between its tags.
        collector_->close(std::max(tag, layout_.reports.back().start_tag.end));
        feedback_depth_ = 0;
      }
      return true;
    }
    if (open_.empty()) {
      switch (closed.element) {
        case Element::record:
          ++sections_;
          return record(rootless_, closed, end);
        case Element::report_metadata:
        case Element::policy_published:
          ++sections_;
          break;
        default:
          break;
      }
    }
    return true;
  }

  bool record(Collector& target, const Open& closed, std::size_t end) {
    if (++records_ > limits_.max_records) {
      fail(ScanFailure::Kind::too_many_records, closed.begin, format("more than {} records", limits_.max_records));
      return false;
    }
    target.record(closed.begin, end);
    return true;
  }

  std::string_view document_;
  const Limits& limits_;
  ScanFailure& failure_;
  Layout layout_;
  std::vector<Open> open_;
  std::size_t feedback_depth_ = 0;  ///< Number of open elements down to the feedback; 0 outside.
  std::uint64_t records_ = 0;
  bool declared_ = false;
  std::size_t head_bytes_ = 0;  ///< Of elements beside the records, in the report that is open.
  std::size_t outside_ = 0;     ///< Elements before anything of a report.
  std::uint64_t sections_ = 0;  ///< Sections of a report that stand outside any element.
  std::optional<Collector> collector_;
  FeedbackSpan rootless_span_;
  Collector rootless_;
};

}  // namespace

std::size_t end_of_tag(std::string_view document, std::size_t open) {
  std::size_t at = open + 1;
  while (at < document.size()) {
    const char c = document[at];
    if (c == '>') return at + 1;
    if (c == '<') return npos;
    if (c == '"' || c == '\'') {
      at = document.find(c, at + 1);
      if (at == npos) return npos;
    }
    ++at;
  }
  return npos;
}

bool is_blank(std::string_view text) {
  for (const char c : text) {
    if (!is_space(c)) return false;
  }
  return true;
}

bool is_reference(std::string_view document, std::size_t at) {
  const std::string_view rest = document.substr(at + 1, 12);
  if (!rest.empty() && rest.front() == '#') {
    const bool hex = rest.size() > 1 && rest[1] == 'x';
    std::size_t i = hex ? 2 : 1;
    const std::size_t first = i;
    while (i < rest.size()) {
      const char c = rest[i];
      const bool digit = c >= '0' && c <= '9';
      const bool hex_letter = hex && ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'));
      if (!digit && !hex_letter) break;
      ++i;
    }
    return i > first && i < rest.size() && rest[i] == ';';
  }
  for (const std::string_view entity : {"amp;", "lt;", "gt;", "quot;", "apos;"}) {
    if (rest.starts_with(entity)) return true;
  }
  return false;
}

bool has_bare_ampersand(std::string_view document) {
  std::size_t ampersand = document.find('&');
  if (ampersand == npos) return false;
  std::size_t section = document.find("<!");
  while (ampersand != npos) {
    while (section != npos && section < ampersand) {
      const bool cdata = document.substr(section).starts_with("<![CDATA[");
      const bool comment = document.substr(section).starts_with("<!--");
      std::size_t end = section + 2;
      if (cdata) end = document.find("]]>", section);
      if (comment) end = document.find("-->", section);
      if (end == npos) return false;
      if (end > ampersand) ampersand = document.find('&', end);
      section = document.find("<!", end);
    }
    if (ampersand == npos) return false;
    if (!is_reference(document, ampersand)) return true;
    ampersand = document.find('&', ampersand + 1);
  }
  return false;
}

std::optional<Layout> scan(std::string_view document, const Limits& limits, ScanFailure& failure) {
  return Scanner(document, limits, failure).run();
}

}  // namespace ruagate::reportxml
