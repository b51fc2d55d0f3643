#include "reportxml/reader.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <memory>
#include <utility>

#include <pugixml.hpp>

#include "base/ascii.hpp"
#include "base/format.hpp"
#include "base/printable.hpp"
#include "base/sha256.hpp"
#include "reportxml/element.hpp"
#include "reportxml/encoding.hpp"
#include "reportxml/extract.hpp"
#include "reportxml/repair.hpp"
#include "reportxml/scanner.hpp"
#include "reportxml/tolerance.hpp"

namespace ruagate::reportxml {

namespace {

using report::Report;

constexpr std::size_t npos = std::string_view::npos;

/// Up to here a document is parsed as a whole, which is quicker than looking for its parts first.
constexpr std::size_t kSmallDocument = 128 * 1024;
constexpr std::size_t kMaxRootTagBytes = 64 * 1024;

/// feedback, record, row, policy_evaluated, reason, type.
constexpr unsigned kDepthOfReports = 6;

constexpr unsigned kParseFlags = pugi::parse_cdata | pugi::parse_escapes | pugi::parse_eol | pugi::parse_embed_pcdata |
                                 pugi::parse_trim_pcdata | pugi::parse_fragment;

/// Parses pieces of the document, one after another, each in the same buffer and the same tree.
class Parser {
 public:
  /// The tree of `piece`, or nothing; valid until the next call.
  const pugi::xml_document* parse(std::string_view piece, unsigned more_flags = 0) {
    buffer_.assign(piece);
    return parse_buffer(more_flags);
  }
  std::string& buffer() { return buffer_; }
  const pugi::xml_document* parse_buffer(unsigned more_flags = 0) {
    result_ = tree_.load_buffer_inplace(buffer_.data(), buffer_.size(), kParseFlags | more_flags, pugi::encoding_utf8);
    return result_ ? &tree_ : nullptr;
  }
  std::string_view why() const { return result_.description(); }
  std::size_t where() const { return static_cast<std::size_t>(std::max<std::ptrdiff_t>(result_.offset, 0)); }

 private:
  std::string buffer_;
  pugi::xml_document tree_;
  pugi::xml_parse_result result_;
};

std::string position(std::string_view document, std::size_t offset) {
  const auto end = document.begin() + static_cast<std::ptrdiff_t>(std::min(offset, document.size()));
  return format("line {}, byte {}", std::count(document.begin(), end, '\n') + 1, offset);
}

bool is_deeper_than(const pugi::xml_node& root, unsigned max_depth) {
  unsigned depth = 1;
  pugi::xml_node node = root;
  while (true) {
    if (const pugi::xml_node child = node.first_child()) {
      if (++depth > max_depth) return true;
      node = child;
      continue;
    }
    while (node != root && !node.next_sibling()) {
      node = node.parent();
      --depth;
    }
    if (node == root) return false;
    node = node.next_sibling();
  }
}

bool is_record(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  return name == "record" || (name.size() >= 6 && equals_ignoring_case(local_name(name), "record"));
}

/// One document on its way to reports.
class Reading {
 public:
  Reading(const Context& context, const Limits& limits) : context_(context), limits_(limits) {}

  Result<std::vector<Report>> run(std::string document) {
    if (is_blank(document)) return fail(ErrorKind::malformed, "empty_document", "the document is empty");
    document_ = to_utf8(std::move(document), tolerances_);
    if (is_blank(document_)) return fail(ErrorKind::malformed, "empty_document", "the document is empty");
    if (document_.size() <= kSmallDocument && read_whole()) return std::move(reports_);
    if (error_) return tl::unexpected<Error>(*std::move(error_));
    if (read_parts()) return std::move(reports_);
    if (error_) return tl::unexpected<Error>(*std::move(error_));

    // Not well-formed: strict_ says where.
    if (!has_report_tag(document_)) return not_a_report();
    Result<Repaired> repaired = repair(document_, limits_);
    if (!repaired) {
      if (repaired.error().code == "xml_broken") repaired.error().message += format("; {}", strict_);
      return tl::unexpected<Error>(std::move(repaired.error()));
    }
    document_id_ = "sha256:" + to_hex(sha256(document_));
    document_ = std::move(repaired->document);
    tolerances_.add(repaired->tolerances);
    records_cut_ = repaired->records_cut;
    if (read_parts()) return std::move(reports_);
    if (error_) return tl::unexpected<Error>(*std::move(error_));
    return fail(ErrorKind::malformed, "xml_broken", strict_);
  }

 private:
  /// A small well-formed document with one report in it. False for anything else, without a trace.
  bool read_whole() {
    const pugi::xml_document* tree = parser_.parse(document_, pugi::parse_doctype | pugi::parse_declaration);
    if (tree == nullptr || has_bare_ampersand(document_)) return false;
    pugi::xml_node root;
    unsigned declarations = 0;
    for (const pugi::xml_node& node : tree->children()) {
      if (node.type() == pugi::node_declaration && ++declarations == 1) continue;
      if (node.type() != pugi::node_element || root) return false;
      root = node;
    }
    if (!root || !equals_ignoring_case(local_name(root.name()), "feedback")) return false;
    std::uint64_t records = 0;
    for (pugi::xml_node child = root.first_child(); child; child = child.next_sibling())
      records += is_record(child) ? 1 : 0;
    if (records > limits_.max_records) return false;

    Extractor extractor(context_, limits_);
    extractor.root(root);
    extractor.head(root);
    extractor.settle();
    extractor.report().records.reserve(records);
    for (pugi::xml_node child = root.first_child(); child; child = child.next_sibling()) {
      if (is_record(child)) extractor.record(child);
    }
    if ((extractor.has_unexplored() || limits_.max_depth < kDepthOfReports) &&
        is_deeper_than(root, limits_.max_depth)) {
      return false;
    }
    finish(extractor);
    return conclude();
  }

  /// Any well-formed document, without ever having the tree of all of it.
  bool read_parts() {
    ScanFailure failure;
    const std::optional<Layout> layout = scan(document_, limits_, failure);
    if (!layout) {
      explain(failure);
      return false;
    }
    if (layout->reports.empty()) {
      error_ = Error{ErrorKind::no_report, "not_a_report",
                     layout->root.empty() ? std::string("no XML element in it")
                                          : format("the root element is {}", printable(layout->root, 60))};
      return false;
    }
    reports_.clear();
    const Tolerances before = tolerances_;
    tolerances_.add(layout->tolerances);
    if (has_bare_ampersand(document_)) tolerances_.add(Tolerance::unescaped_ampersand);
    for (const FeedbackSpan& span : layout->reports) {
      if (!read_part(span, &span == &layout->reports.back())) {
        tolerances_ = before;
        return false;
      }
    }
    return conclude();
  }

  bool read_part(const FeedbackSpan& span, bool last) {
    Extractor extractor(context_, limits_);
    if (!compose_head(span, extractor)) return false;
    const pugi::xml_document* tree = parser_.parse_buffer();
    if (tree == nullptr) return broken(span.start_tag.begin);
    const pugi::xml_node feedback = tree->first_child();
    extractor.root(feedback);
    extractor.head(feedback);
    extractor.settle();
    extractor.report().records.reserve(span.records);
    for (const Span& batch : span.batches) {
      tree = parser_.parse(batch.of(document_));
      if (tree == nullptr) return broken(batch.begin + parser_.where());
      for (const pugi::xml_node& node : tree->children()) {
        if (is_record(node)) extractor.record(node);
      }
      if (results_ + extractor.auth_results() > 2 * limits_.max_records + 1000) {
        error_ = Error{
            ErrorKind::too_large, "too_many_records",
            format("{}: more results than {} records have", position(document_, batch.begin), limits_.max_records)};
        return false;
      }
    }
    results_ += extractor.auth_results();
    extractor.leave_out(span.oversize, Tolerance::record_too_large);
    if (last) extractor.leave_out(records_cut_, Tolerance::document_truncated);
    finish(extractor);
    return true;
  }

  bool compose_head(const FeedbackSpan& span, Extractor& extractor) {
    std::string& buffer = parser_.buffer();
    buffer.clear();
    std::string_view tag = span.start_tag.of(document_);
    if (tag.size() > kMaxRootTagBytes) {
      extractor.tolerances().add(Tolerance::broken_markup);
      tag = {};
    }
    std::string_view name = "feedback";
    if (tag.empty()) {
      buffer += "<feedback>";
    } else {
      buffer += tag;
      name = tag.substr(1, tag.find_first_of(" \t\r\n/>") - 1);
    }
    if (tag.ends_with("/>")) return true;
    for (const Span& piece : span.head) {
      if (buffer.size() + (piece.end - piece.begin) > kMaxHeadBytes) {
        error_ = Error{
            ErrorKind::malformed, "xml_broken",
            format("{}: more than {} MiB outside records", position(document_, piece.begin), kMaxHeadBytes >> 20)};
        return false;
      }
      buffer += piece.of(document_);
    }
    buffer += format("</{}>", name);
    return true;
  }

  void finish(Extractor& extractor) {
    extractor.tolerances().add(tolerances_);
    std::string id;
    if (!extractor.has_report_id()) {
      if (document_id_.empty()) document_id_ = "sha256:" + to_hex(sha256(document_));
      id = reports_.empty() ? document_id_ : format("{}:{}", document_id_, reports_.size() + 1);
    }
    if (extractor.finish(id)) {
      reports_.push_back(std::move(extractor.report()));
    } else {
      ++reports_left_out_;
    }
  }

  /// False, with the error, when no report was usable.
  bool conclude() {
    if (reports_.empty()) {
      error_ =
          Error{ErrorKind::malformed, "no_policy_domain", "the report names no policy domain and has no usable record"};
      return false;
    }
    if (reports_left_out_ > 0) {
      for (Report& report : reports_) {
        report.tolerances.emplace_back(to_string(Tolerance::report_left_out));
        std::sort(report.tolerances.begin(), report.tolerances.end());
      }
    }
    return true;
  }

  bool broken(std::size_t offset) {
    strict_ = format("{}: {}", position(document_, offset), parser_.why());
    return false;
  }

  /// What cannot be helped becomes the error, the rest the reason for a repair.
  void explain(const ScanFailure& failure) {
    strict_ = format("{}: {}", position(document_, failure.offset), failure.what);
    switch (failure.kind) {
      case ScanFailure::Kind::broken:
        return;
      case ScanFailure::Kind::too_deep:
        error_ = Error{ErrorKind::malformed, "xml_too_deep", strict_};
        return;
      case ScanFailure::Kind::too_many_records:
        error_ = Error{ErrorKind::too_large, "too_many_records", strict_};
        return;
      case ScanFailure::Kind::head_too_large:
        error_ = Error{ErrorKind::malformed, "xml_broken", strict_};
        return;
      case ScanFailure::Kind::other_root:
        error_ = Error{ErrorKind::no_report, "not_a_report", failure.what};
        return;
      case ScanFailure::Kind::doctype_html:
        error_ = Error{ErrorKind::no_report, "not_a_report", "an HTML document"};
        return;
      case ScanFailure::Kind::doctype:
        error_ = Error{ErrorKind::malformed, "doctype_refused", strict_};
        return;
    }
  }

  static bool has_report_tag(std::string_view document) {
    for (std::size_t open = document.find('<'); open != npos; open = document.find('<', open + 1)) {
      std::size_t end = open + 1;
      while (end < document.size() && end - open < 80 &&
             (document[end] == '_' || document[end] == ':' || document[end] == '-' ||
              (document[end] >= 'a' && document[end] <= 'z') || (document[end] >= 'A' && document[end] <= 'Z'))) {
        ++end;
      }
      switch (element_ignoring_case(local_name(document.substr(open + 1, end - open - 1)))) {
        case Element::feedback:
        case Element::report_metadata:
        case Element::policy_published:
        case Element::record:
          return true;
        default:
          break;
      }
    }
    return false;
  }

  // A damaged document without any tag of a report is somebody else's, unless it ends before it says what it is.
  tl::unexpected<Error> not_a_report() const {
    const std::size_t last = document_.rfind('>');
    for (std::size_t open = document_.find('<'); open != npos; open = document_.find('<', open + 1)) {
      const char next = open + 1 < document_.size() ? document_[open + 1] : '\0';
      const bool letter = (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z');
      if (letter && last != npos && last > open) {
        return fail(ErrorKind::no_report, "not_a_report", "no element of a report in it");
      }
    }
    return fail(ErrorKind::malformed, "xml_broken", strict_);
  }

  const Context& context_;
  const Limits& limits_;
  std::string document_;
  std::string document_id_;  ///< Of the document as sent, made when a report has none of its own.
  Parser parser_;
  Tolerances tolerances_;  ///< Of the document, for each of its reports.
  std::vector<Report> reports_;
  std::uint64_t reports_left_out_ = 0;
  std::uint64_t records_cut_ = 0;
  std::uint64_t results_ = 0;
  std::optional<Error> error_;
  std::string strict_;  ///< What a strict reader says of the document.
};

}  // namespace

Result<std::vector<Report>> read_reports(std::string document, const Context& context, const Limits& limits) {
  return Reading(context, limits).run(std::move(document));
}

bool stands_alone(const report::Report& report) {
  // What the mail said stands in the report, or would have if it had said it; and it may tell whose a report is that
  // was left out.
  static const std::vector<std::string_view> kFromOutside = [] {
    std::vector<std::string_view> names;
    for (const Tolerance tolerance :
         {Tolerance::org_name_missing, Tolerance::date_inferred, Tolerance::dates_from_file_name,
          Tolerance::dates_from_mail, Tolerance::dates_missing, Tolerance::period_implausible,
          Tolerance::policy_domain_from_file_name, Tolerance::policy_domain_from_subject,
          Tolerance::policy_domain_from_records, Tolerance::report_left_out}) {
      names.push_back(to_string(tolerance));
    }
    return names;
  }();
  return std::none_of(report.tolerances.begin(), report.tolerances.end(), [](const std::string& name) {
    return std::find(kFromOutside.begin(), kFromOutside.end(), name) != kFromOutside.end();
  });
}

bool is_far_ahead(Instant begin, std::optional<Instant> mail_date) {
  constexpr days kFarAhead{366};
  return mail_date && begin > *mail_date + kFarAhead;
}

bool looks_like_report(std::string_view document) {
  // UTF-16 shows the same letters with zeros between them.
  std::string_view beginning = document.substr(0, 16384);
  std::string letters;
  if (beginning.find('\0') != npos) {
    std::copy_if(beginning.begin(), beginning.end(), std::back_inserter(letters), [](char c) { return c != '\0'; });
    beginning = letters;
  }
  const std::size_t first = beginning.find('<');
  if (first == npos) return false;
  for (std::size_t open = first; open != npos; open = beginning.find('<', open + 1)) {
    std::size_t end = open + 1;
    while (end < beginning.size() && beginning[end] != '>' && beginning[end] != '/' && !is_space(beginning[end])) ++end;
    switch (element_ignoring_case(local_name(beginning.substr(open + 1, end - open - 1)))) {
      case Element::feedback:
      case Element::report_metadata:
      case Element::policy_published:
        return true;
      default:
        break;
    }
  }
  return false;
}

}  // namespace ruagate::reportxml
