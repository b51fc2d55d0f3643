#include "reportxml/repair.hpp"

#include <algorithm>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/ascii.hpp"
#include "base/format.hpp"
#include "reportxml/element.hpp"
#include "reportxml/scanner.hpp"

namespace ruagate::reportxml {

namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr std::size_t kMaxEndNames = 4096;
/// Documents with more places to be repaired are not damaged but made up: each place costs time.
constexpr std::size_t kMostFaults = 4'000'000;

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == ':' ||
         c == '-' || c == '.';
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/// A tag as it stands in a damaged document.
struct Tag {
  std::string_view name;
  std::string_view local;
  Element element = Element::unknown;
  std::size_t end = 0;  ///< Past the tag.
  bool closing = false;
  bool self_closing = false;
  bool complete = true;  ///< Has its '>'.
};

Element understand(std::string_view local) {
  const Element element = element_of(local);
  return element != Element::unknown ? element : element_ignoring_case(local);
}

class Repairer {
 public:
  Repairer(std::string_view document, const Limits& limits)
      : document_(document), limits_(limits), max_out_(document.size() + document.size() / 4 + 65536) {
    result_.document.reserve(document.size() + 4096);
  }

  Result<Repaired> run() {
    std::size_t at = 0;
    while (at < document_.size()) {
      std::size_t open = document_.find('<', at);
      if (open == npos) open = document_.size();
      text(document_.substr(at, open - at));
      if (open == document_.size()) break;
      at = markup(open);
      if (error_) return tl::unexpected<Error>(*std::move(error_));
      if (out().size() > max_out_ || faults_ > kMostFaults) {
        return fail(ErrorKind::malformed, "xml_broken", format("byte {}: too damaged to be repaired", at));
      }
    }
    return finish();
  }

 private:
  struct Open {
    Element element = Element::unknown;
    std::string_view name;   ///< As written by us.
    std::size_t begin = 0;   ///< In our output.
    bool container = false;  ///< Holds elements, no text.
    std::size_t text_bytes = 0;
  };

  std::string& out() { return result_.document; }
  void note(Tolerance tolerance) {
    result_.tolerances.add(tolerance);
    ++faults_;
  }

  bool in_leaf() const { return !open_.empty() && !open_.back().container; }

  void refuse(std::string_view code, std::size_t at, std::string_view what) {
    error_ = Error{ErrorKind::malformed, code, format("byte {}: {}", at, what)};
  }

  // Text counts inside leaves, and inside <reason>, where one reporter writes the type without an element.
  void text(std::string_view text) {
    if (text.empty()) return;
    if (open_.empty()) {
      if (!is_blank(text)) note(Tolerance::text_around_document);
      return;
    }
    Open& top = open_.back();
    if (top.container && top.element != Element::reason) {
      if (!is_blank(text)) note(Tolerance::stray_text);
      return;
    }
    // Nothing longer than a value may be is kept; what is cut here would be cut later anyway.
    const std::size_t room = limits_.max_field_bytes + 4096 - std::min(top.text_bytes, limits_.max_field_bytes + 4096);
    if (text.size() > room) note(Tolerance::field_cut);
    text = text.substr(0, room);
    top.text_bytes += text.size();
    std::size_t at = 0;
    while (true) {
      const std::size_t ampersand = text.find('&', at);
      out().append(text.substr(at, ampersand == npos ? npos : ampersand - at));
      if (ampersand == npos) break;
      if (is_reference(text, ampersand)) {
        out() += '&';
      } else {
        out() += "&amp;";
        note(Tolerance::unescaped_ampersand);
      }
      at = ampersand + 1;
    }
  }

  /// The '<' at `open` is no markup.
  std::size_t literal(std::size_t open) {
    if (open_.empty()) {
      note(Tolerance::text_around_document);
    } else {
      note(Tolerance::stray_less_than);
      if (in_leaf()) out() += "&lt;";
    }
    return open + 1;
  }

  std::size_t markup(std::size_t open) {
    const std::string_view rest = document_.substr(open);
    if (rest.starts_with("<!")) return declaration(open, rest);
    if (rest.starts_with("<?")) return instruction(open);
    const std::optional<Tag> tag = read_tag(open);
    if (!tag) return literal(open);
    if (tag->local == "schema") {
      note(Tolerance::schema_tag_removed);
      return tag->end;
    }
    if (tag->closing) return end_tag(open, *tag);
    return start_tag(open, *tag);
  }

  std::size_t declaration(std::size_t open, std::string_view rest) {
    if (starts_with_ignoring_case(rest, "<!doctype") || starts_with_ignoring_case(rest, "<!entity")) {
      refuse("doctype_refused", open, "document type declaration");
      return npos;
    }
    if (rest.starts_with("<!--")) {
      const std::size_t end = find_end("-->", open + 4, no_comment_end_);
      if (end != npos) return end + 3;
      note(Tolerance::broken_markup);
      return open + 4;
    }
    if (rest.starts_with("<![CDATA[")) {
      const std::size_t end = find_end("]]>", open + 9, no_cdata_end_);
      if (end != npos) {
        cdata(document_.substr(open + 9, end - open - 9));
        return end + 3;
      }
      note(Tolerance::broken_markup);
      return open + 9;
    }
    return literal(open);
  }

  // What is not found once is not looked for again: a million openings must not mean a million passes.
  std::size_t find_end(std::string_view mark, std::size_t from, bool& absent) const {
    if (absent) return npos;
    const std::size_t end = document_.find(mark, from);
    absent = end == npos;
    return end;
  }

  void cdata(std::string_view content) {
    if (!in_leaf()) {
      if (!is_blank(content)) note(open_.empty() ? Tolerance::text_around_document : Tolerance::stray_text);
      return;
    }
    for (const char c : content.substr(0, limits_.max_field_bytes + 1)) {
      if (c == '&') {
        out() += "&amp;";
      } else if (c == '<') {
        out() += "&lt;";
      } else {
        out() += c;
      }
    }
  }

  // <?xml ...?>, also <?xml ...> and one that is not ended at all.
  std::size_t instruction(std::size_t open) {
    const std::size_t end = document_.find_first_of("<>", open + 1);
    if (end == npos || document_[end] == '<') {
      note(Tolerance::odd_declaration);
      return end == npos ? document_.size() : end;
    }
    if (document_[end - 1] != '?' || end == open + 2) note(Tolerance::odd_declaration);
    return end + 1;
  }

  /// The tag at `open`; nothing if what stands there cannot be one.
  std::optional<Tag> read_tag(std::size_t open) {
    Tag tag;
    std::size_t at = open + 1;
    if (at < document_.size() && document_[at] == '/') {
      tag.closing = true;
      ++at;
      while (at < document_.size() && is_space(document_[at])) ++at;
    }
    const std::size_t begin = at;
    while (at < document_.size() && is_name_char(document_[at])) ++at;
    tag.name = document_.substr(begin, at - begin);
    if (tag.name.empty() || !is_letter(tag.name.front())) return std::nullopt;
    tag.local = local_name(tag.name);
    tag.element = understand(tag.local);
    if (at < document_.size() && !is_space(document_[at]) && document_[at] != '>' && document_[at] != '/' &&
        document_[at] != '<') {
      return std::nullopt;
    }
    std::size_t end = tag.closing ? npos : end_of_tag(document_, open);
    if (end == npos) {
      // Quotes that do not match, or no '>' at all: up to the first '>' before the next '<'.
      const std::size_t stop = document_.find_first_of("<>", at);
      if (stop == npos || document_[stop] == '<') {
        // An end tag without '>' is one if its name is; a start tag is not.
        if (stop == npos || !tag.closing || tag.element == Element::unknown) {
          if (stop == npos) tag.complete = false;
          if (stop != npos) return std::nullopt;
        }
        end = stop == npos ? document_.size() : stop;
        note(Tolerance::broken_markup);
      } else {
        if (!tag.closing) note(Tolerance::broken_markup);
        end = stop + 1;
      }
    }
    tag.end = end;
    tag.self_closing = !tag.closing && tag.complete && document_[end - 1] == '>' && document_[end - 2] == '/';
    return tag;
  }

  std::size_t end_tag(std::size_t open, const Tag& tag) {
    if (!tag.complete) return tag.end;
    const bool leaf = in_leaf();
    for (std::size_t depth = open_.size(); depth-- > 0;) {
      const Open& candidate = open_[depth];
      const bool same = tag.element != Element::unknown ? candidate.element == tag.element : candidate.name == tag.name;
      if (!same) continue;
      while (open_.size() > depth + 1) {
        note(Tolerance::unclosed_element);
        close_top();
      }
      close_top();
      return tag.end;
    }
    if (leaf && tag.element == Element::unknown) {
      if (open_.back().element == Element::unknown || own_end_follows(tag.end)) return literal(open);
      note(Tolerance::unclosed_element);  // a misspelt end tag
      close_top();
      return tag.end;
    }
    note(Tolerance::stray_end_tag);
    return tag.end;
  }

  /// True if the next tag ends the leaf that is open.
  bool own_end_follows(std::size_t from) const {
    const std::size_t next = document_.find('<', from);
    if (next == npos || !document_.substr(next).starts_with("</")) return false;
    const std::string_view name = document_.substr(next + 2, document_.find_first_of("<> \t\r\n", next + 2) - next - 2);
    return understand(local_name(name)) == open_.back().element;
  }

  std::size_t start_tag(std::size_t open, const Tag& tag) {
    if (tag.element == Element::unknown) {
      if (in_leaf() || !tag.complete) return literal(open);
      if (!tag.self_closing && !has_end_tag(tag.name)) return literal(open);
      if (open_.empty()) return tag.end;  // a wrapper; its end tag is dropped as well
      if (tag.self_closing) return tag.end;
      push(open, Element::unknown, tag.name, false, {});
      return tag.end;
    }
    if (!tag.complete) return document_.size();
    if (tag.element == Element::record || tag.element == Element::report_metadata ||
        tag.element == Element::policy_published) {
      ensure_root(open);
    }
    if (tag.element == Element::feedback) {
      // A report inside a report means that the first was never closed.
      while (!open_.empty()) {
        note(Tolerance::unclosed_element);
        close_top();
      }
    }
    if (open_.empty() && tag.element != Element::feedback) return tag.end;  // a lost leaf
    // No leaf holds known elements, and a section that begins ends the one before.
    if (in_leaf() && open_.back().element != Element::unknown) {
      note(Tolerance::unclosed_element);
      close_top();
    }
    climb_to(home_of(tag.element));
    const Element parent = open_.empty() ? Element::unknown : open_.back().element;
    push(open, tag.element, to_string(tag.element), is_container(tag.element, parent),
         tag.element == Element::feedback ? document_.substr(open, tag.end - open) : std::string_view());
    if (!error_ && tag.self_closing) close_top();
    return tag.end;
  }

  void ensure_root(std::size_t open) {
    if (!open_.empty()) return;
    note(Tolerance::root_missing);
    push(open, Element::feedback, to_string(Element::feedback), true, {});
  }

  void climb_to(Element home) {
    if (home == Element::unknown || open_.empty() || open_.back().element == home) return;
    const auto found = std::find_if(open_.rbegin(), open_.rend(), [&](const Open& o) { return o.element == home; });
    if (found == open_.rend()) return;
    // Inside elements that we do not know, anything may stand.
    if (std::any_of(open_.rbegin(), found, [](const Open& o) { return o.element == Element::unknown; })) return;
    while (open_.back().element != home) {
      note(Tolerance::unclosed_element);
      close_top();
    }
  }

  void push(std::size_t at, Element element, std::string_view name, bool container, std::string_view attributes) {
    if (open_.size() >= limits_.max_depth) {
      refuse("xml_too_deep", at, format("more than {} elements deep", limits_.max_depth));
      return;
    }
    if (element == Element::feedback) feedback_begin_ = out().size();
    if (element == Element::feedback) records_closed_ = 0;
    open_.push_back({element, name, out().size(), container, 0});
    out() += '<';
    out() += name;
    if (!attributes.empty()) namespace_of(attributes);
    out() += '>';
  }

  // The namespace of the root tells the generation of the report; no other attribute says anything.
  void namespace_of(std::string_view tag) {
    const std::size_t found = tag.find("xmlns");
    if (found == npos) return;
    const std::size_t begin = tag.find_first_of("\"'", found);
    if (begin == npos) return;
    const std::size_t end = tag.find(tag[begin], begin + 1);
    if (end == npos || end - begin > 200) return;
    const std::string_view value = tag.substr(begin + 1, end - begin - 1);
    if (value.find_first_of("<>&\"'") != npos) return;
    out() += format(" xmlns=\"{}\"", value);
  }

  void close_top() {
    const Open top = open_.back();
    open_.pop_back();
    out() += "</";
    out() += top.name;
    out() += '>';
    if (top.element == Element::record) ++records_closed_;
    if (top.element == Element::feedback) ++reports_closed_;
  }

  bool has_end_tag(std::string_view name) {
    if (!end_names_) {
      end_names_.emplace();
      for (std::size_t at = document_.find("</"); at != npos && end_names_->size() < kMaxEndNames;
           at = document_.find("</", at + 2)) {
        std::size_t end = at + 2;
        while (end < document_.size() && is_name_char(document_[end])) ++end;
        end_names_->insert(document_.substr(at + 2, end - at - 2));
      }
    }
    return end_names_->contains(name);
  }

  Result<Repaired> finish() {
    if (!open_.empty()) {
      note(Tolerance::document_truncated);
      const auto record =
          std::find_if(open_.begin(), open_.end(), [](const Open& o) { return o.element == Element::record; });
      const bool cut = record != open_.end();
      if (cut) {
        out().resize(record->begin);
        open_.erase(record, open_.end());
        result_.records_cut = 1;
      }
      if (records_closed_ == 0) {
        if (reports_closed_ == 0) {
          return fail(ErrorKind::malformed, "xml_broken",
                      format("byte {}: the document ends before its first record is complete", document_.size()));
        }
        out().resize(feedback_begin_);
        open_.clear();
      }
      while (!open_.empty()) close_top();
    }
    return std::move(result_);
  }

  std::string_view document_;
  const Limits& limits_;
  std::size_t max_out_;
  Repaired result_;
  std::size_t faults_ = 0;
  std::vector<Open> open_;
  std::optional<Error> error_;
  std::optional<std::unordered_set<std::string_view>> end_names_;
  bool no_comment_end_ = false;
  bool no_cdata_end_ = false;
  std::size_t feedback_begin_ = 0;
  std::size_t records_closed_ = 0;  ///< Of the report that is open.
  std::size_t reports_closed_ = 0;
};

}  // namespace

Result<Repaired> repair(std::string_view document, const Limits& limits) {
  return Repairer(document, limits).run();
}

}  // namespace ruagate::reportxml
