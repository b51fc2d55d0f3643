#include "base/format.hpp"
#include "report/names.hpp"
#include "sim/receiver.hpp"

namespace ruagate::sim {
namespace {

/// Writes elements with the dialect's indentation.
class XmlWriter {
 public:
  explicit XmlWriter(const Dialect& dialect) : dialect_(dialect) {}

  void line(std::string_view text) {
    for (int i = 0; i < depth_; ++i) out_ += dialect_.indent;
    out_ += text;
    out_ += dialect_.line_end;
  }
  void open(std::string_view name) {
    line(format("<{}>", name));
    ++depth_;
  }
  void close(std::string_view name) {
    --depth_;
    line(format("</{}>", name));
  }
  void element(std::string_view name, std::string_view value) { line(format("<{0}>{1}</{0}>", name, escaped(value))); }
  void enter_root() { depth_ = 1; }
  void leave_root() { depth_ = 0; }
  std::string take() { return std::move(out_); }

 private:
  static std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
      switch (c) {
        case '&':
          out += "&amp;";
          break;
        case '<':
          out += "&lt;";
          break;
        case '>':
          out += "&gt;";
          break;
        default:
          out.push_back(c);
      }
    }
    return out;
  }

  const Dialect& dialect_;
  std::string out_;
  int depth_ = 0;
};

void write_metadata(XmlWriter& out, const report::Report& report) {
  out.open("report_metadata");
  out.element("org_name", report.reporter);
  if (report.email) out.element("email", *report.email);
  if (report.extra_contact_info) out.element("extra_contact_info", *report.extra_contact_info);
  out.element("report_id", report.report_id);
  out.open("date_range");
  out.element("begin", format("{}", epoch_seconds(report.begin)));
  out.element("end", format("{}", epoch_seconds(report.end)));
  out.close("date_range");
  if (report.generator) out.element("generator", *report.generator);
  out.close("report_metadata");
}

void write_policy(XmlWriter& out, const report::PublishedPolicy& policy) {
  out.open("policy_published");
  out.element("domain", policy.domain);
  if (policy.discovery_method) out.element("discovery_method", *policy.discovery_method);
  if (policy.adkim) out.element("adkim", report::to_string(*policy.adkim));
  if (policy.aspf) out.element("aspf", report::to_string(*policy.aspf));
  if (policy.p) out.element("p", to_string(*policy.p));
  if (policy.sp) out.element("sp", to_string(*policy.sp));
  if (policy.pct) out.element("pct", format("{}", *policy.pct));
  if (policy.np) out.element("np", to_string(*policy.np));
  if (policy.fo) out.element("fo", *policy.fo);
  if (policy.testing) out.element("testing", *policy.testing ? "y" : "n");
  out.close("policy_published");
}

void write_row(XmlWriter& out, const report::Record& record) {
  out.open("row");
  out.element("source_ip", record.source_ip ? record.source_ip->to_string() : "");
  out.element("count", format("{}", record.message_count));
  out.open("policy_evaluated");
  out.element("disposition", to_string(record.disposition));
  out.element("dkim", to_string(record.dkim_aligned));
  out.element("spf", to_string(record.spf_aligned));
  for (const report::OverrideReason& reason : record.evidence.reasons) {
    out.open("reason");
    out.element("type", to_string(reason.type));
    out.element("comment", reason.comment);
    out.close("reason");
  }
  out.close("policy_evaluated");
  out.close("row");
}

void write_auth_results(XmlWriter& out, const Dialect& dialect, const report::Evidence& evidence) {
  out.open("auth_results");
  for (const report::DkimAuth& dkim : evidence.dkim) {
    out.open("dkim");
    out.element("domain", dkim.domain);
    if (dialect.result_before_selector) out.element("result", to_string(dkim.result));
    if (!dkim.selector.empty()) out.element("selector", dkim.selector);
    if (!dialect.result_before_selector) out.element("result", to_string(dkim.result));
    out.close("dkim");
  }
  for (const report::SpfAuth& spf : evidence.spf) {
    out.open("spf");
    out.element("domain", spf.domain);
    if (spf.scope != report::SpfScope::unknown) out.element("scope", to_string(spf.scope));
    out.element("result", to_string(spf.result));
    out.close("spf");
  }
  out.close("auth_results");
}

/// Latin-1 is all the simulated reporters need of windows-1252.
std::string to_windows_1252(std::string_view utf8) {
  std::string out;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto byte = static_cast<unsigned char>(utf8[i]);
    if (byte >= 0xc2 && byte <= 0xc3 && i + 1 < utf8.size()) {
      const auto next = static_cast<unsigned char>(utf8[++i]);
      out.push_back(static_cast<char>((byte & 0x03U) << 6U | (next & 0x3fU)));
    } else {
      out.push_back(static_cast<char>(byte));
    }
  }
  return out;
}

}  // namespace

std::string write_xml(const Dialect& dialect, const report::Report& report) {
  XmlWriter out(dialect);
  out.line(dialect.declaration);
  out.line(dialect.root);
  out.enter_root();
  if (report.version) out.element("version", *report.version);
  write_metadata(out, report);
  write_policy(out, report.policy);
  for (const report::Record& record : report.records) {
    out.open("record");
    write_row(out, record);
    out.open("identifiers");
    if (record.evidence.envelope_to) out.element("envelope_to", *record.evidence.envelope_to);
    if (record.evidence.envelope_from) out.element("envelope_from", *record.evidence.envelope_from);
    out.element("header_from", record.evidence.author_domain);
    out.close("identifiers");
    write_auth_results(out, dialect, record.evidence);
    out.close("record");
  }
  out.leave_root();
  out.line("</feedback>");
  return dialect.windows_1252 ? to_windows_1252(out.take()) : out.take();
}

}  // namespace ruagate::sim
