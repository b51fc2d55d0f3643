#include "sim/samples.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "base/format.hpp"
#include "sim/archive.hpp"
#include "sim/odd_mail.hpp"
#include "sim/samples_world.hpp"

namespace ruagate::sim {
namespace {

constexpr Day day_in(unsigned month, unsigned day) {
  return std::chrono::sys_days{std::chrono::year{2026} / static_cast<int>(month) / static_cast<int>(day)};
}

/// Mail up to here has been looked at by somebody and lies in cur/.
constexpr Day kSeenUpTo = day_in(10, 20);

// The few reports that do not arrive as they should.
constexpr Day kDuplicatedDay = day_in(11, 10);   // Google about example.com, delivered twice
constexpr Day kMislabelledDay = day_in(11, 12);  // Mimecast about bank.example: zip data called gzip
constexpr Day kBadRecordDay = day_in(11, 11);    // seznam.cz about school.example: one record without a count
constexpr Day kLooseFrom = day_in(11, 13);       // mx.university.test about example.org: not in the maildir

struct Mail {
  Instant arrived{};
  std::string message;
};

std::string with_lf(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    out.push_back(text[i]);
  }
  return out;
}

bool is_about(const Delivery& delivery, std::string_view submitter, std::string_view domain, Day day) {
  return delivery.receiver->submitter == submitter && delivery.report.policy.domain == domain &&
         day_of(delivery.report.begin) == day;
}

bool is_loose(const Delivery& delivery) {
  return delivery.receiver->submitter == "mx.university.test" && delivery.report.policy.domain == "example.org" &&
         day_of(delivery.report.begin) >= kLooseFrom;
}

std::string mail_for(const Delivery& delivery) {
  const report::Report& report = delivery.report;
  std::string xml = write_xml(delivery.receiver->dialect, report);
  if (is_about(delivery, "seznam.cz", "school.example", kBadRecordDay)) {
    constexpr std::string_view kRecordWithoutCount =
        "  <record>\n    <row>\n      <source_ip>198.18.44.5</source_ip>\n      <count>n/a</count>\n"
        "    </row>\n  </record>\n";
    xml.insert(xml.rfind("</feedback>"), kRecordWithoutCount);
  }
  if (is_about(delivery, "mimecast.org", "bank.example", kMislabelledDay)) {
    const std::string archive = zip(file_stem(*delivery.receiver, report) + ".xml", xml, deflate(xml));
    return write_mail(*delivery.receiver, report, kSamplesMailbox, delivery.sent, archive);
  }
  return write_mail(*delivery.receiver, report, kSamplesMailbox, delivery.sent, pack(*delivery.receiver, report, xml));
}

/// The reports that lie about as single files, in every form that a person may have saved them in.
void add_loose(const std::vector<const Delivery*>& loose, std::vector<SampleFile>& files) {
  std::string mbox;
  for (const Delivery* delivery : loose) {
    const std::string stem = file_stem(*delivery->receiver, delivery->report);
    const std::string xml = write_xml(delivery->receiver->dialect, delivery->report);
    const auto number = (day_of(delivery->report.begin) - kLooseFrom).count();
    switch (number) {
      case 0:
        files.push_back({"reports/" + stem + ".xml", xml});
        break;
      case 1:
        files.push_back({"reports/" + stem + ".xml.gz", gzip(xml, deflate(xml))});
        break;
      case 2:
        files.push_back({"reports/" + stem + ".zip", zip(stem + ".xml", xml, deflate(xml))});
        break;
      case 3:
        files.push_back({"reports/" + stem + ".eml", mail_for(*delivery)});
        break;
      default: {
        const std::string date = mail_date(delivery->sent);  // "Fri, 20 Nov 2026 04:05:06 +0000"
        mbox += format("From {} {} {} {} {} {}\n", delivery->receiver->email, date.substr(0, 3), date.substr(8, 3),
                       date.substr(5, 2), date.substr(17, 8), date.substr(12, 4));
        mbox += with_lf(mail_for(*delivery)) + "\n";
      }
    }
  }
  files.push_back({"reports/saved.mbox", std::move(mbox)});
}

}  // namespace

Samples make_samples() {
  Samples samples;
  samples.world = samples_world();
  const domain::OrgDomains org_domains;
  TrueVolume truth;
  for (const SimulatedDomain& domain : samples.world.domains) {
    for (Day day = kSamplesFrom; day <= kSamplesTo; day += days{1}) {
      for (Delivery& delivery : simulate_day(samples.world, domain, day, org_domains, truth)) {
        samples.deliveries.push_back(std::move(delivery));
      }
    }
  }

  std::vector<Mail> mails;
  std::vector<const Delivery*> loose;
  for (const Delivery& delivery : samples.deliveries) {
    if (is_loose(delivery)) {
      loose.push_back(&delivery);
      continue;
    }
    mails.push_back({delivery.sent, mail_for(delivery)});
    if (is_about(delivery, "google.com", "example.com", kDuplicatedDay)) {
      mails.push_back({delivery.sent + std::chrono::hours{6}, mails.back().message});
    }
  }
  for (OddMail& odd : unrelated_mail(kSeenUpTo)) mails.push_back({odd.arrived, std::move(odd.message)});
  for (OddMail& odd : unreadable_mail(day_in(11, 16))) mails.push_back({odd.arrived, std::move(odd.message)});
  std::stable_sort(mails.begin(), mails.end(), [](const Mail& a, const Mail& b) { return a.arrived < b.arrived; });

  for (std::size_t i = 0; i < mails.size(); ++i) {
    const std::string_view folder = day_of(mails[i].arrived) <= kSeenUpTo ? "cur" : "new";
    samples.files.push_back({format("maildir/{}/{}.M{:04}.sample", folder, epoch_seconds(mails[i].arrived), i + 1),
                             with_lf(mails[i].message)});
  }
  samples.files.push_back({"maildir/tmp/.gitkeep", ""});
  add_loose(loose, samples.files);
  std::sort(samples.files.begin(), samples.files.end(),
            [](const SampleFile& a, const SampleFile& b) { return a.path < b.path; });
  return samples;
}

void write_files(const std::vector<SampleFile>& files, const std::filesystem::path& folder) {
  for (const SampleFile& file : files) {
    const std::filesystem::path path = folder / file.path;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream out(path, std::ios::binary);
    out.write(file.bytes.data(), static_cast<std::streamsize>(file.bytes.size()));
    out.close();
    if (!out) throw std::runtime_error("cannot write " + path.string());
  }
}

}  // namespace ruagate::sim
