#include "unpack/zip_archive.hpp"

#include <zip.h>

#include <algorithm>
#include <optional>

#include "base/format.hpp"
#include "base/printable.hpp"

namespace ruagate::unpack {
namespace {

// PKWARE APPNOTE 4.3.16, 4.3.15, 4.3.14, 4.3.7
constexpr std::string_view kEndRecord("PK\x05\x06", 4);
constexpr std::string_view kZip64Locator("PK\x06\x07", 4);
constexpr std::string_view kZip64EndRecord("PK\x06\x06", 4);
constexpr std::size_t kEndRecordBytes = 22;
constexpr std::size_t kZip64LocatorBytes = 20;
constexpr std::size_t kMaxComment = 65535;

std::uint64_t little_endian(std::string_view bytes, std::size_t at, std::size_t length) {
  std::uint64_t value = 0;
  for (std::size_t i = length; i-- > 0;) {
    value = value * 256 + static_cast<unsigned char>(bytes[at + i]);
  }
  return value;
}

/// The largest number of members that any end record near the end of `bytes` tells; nothing without such a record.
/// All of them are looked at, because the archive's comment may hold a false one.
std::optional<std::uint64_t> members_told(std::string_view bytes) {
  std::optional<std::uint64_t> most;
  // libzip looks no further back than this either.
  const std::size_t window = kEndRecordBytes + kMaxComment + kZip64LocatorBytes;
  const std::size_t from = bytes.size() > window ? bytes.size() - window : 0;
  for (std::size_t at = bytes.find(kEndRecord, from); at != std::string_view::npos;
       at = bytes.find(kEndRecord, at + 1)) {
    if (bytes.size() - at < kEndRecordBytes) break;
    std::uint64_t told = std::max(little_endian(bytes, at + 8, 2), little_endian(bytes, at + 10, 2));
    if (at >= kZip64LocatorBytes && bytes.substr(at - kZip64LocatorBytes).starts_with(kZip64Locator)) {
      const std::uint64_t record = little_endian(bytes, at - kZip64LocatorBytes + 8, 8);
      if (record <= bytes.size() && bytes.size() - record >= 56 && bytes.substr(record).starts_with(kZip64EndRecord)) {
        const std::uint64_t wide = std::max(little_endian(bytes, record + 24, 8), little_endian(bytes, record + 32, 8));
        told = told == 0xFFFF ? wide : std::max(told, wide);
      }
    }
    most = std::max(most.value_or(0), told);
  }
  return most;
}

/// What the first local header says, for the detail of a refusal.
std::string first_member(std::string_view bytes) {
  if (bytes.size() < 30) return "nothing of it could be read";
  const std::size_t length = little_endian(bytes, 26, 2);
  const std::string_view name = bytes.substr(30, length);
  return format("its first member is \"{}\", {} of {} bytes are there", printable(name, 100),
                bytes.size() - std::min(bytes.size(), 30 + length), little_endian(bytes, 18, 4));
}

/// The text belongs to `error`.
std::string message_of(zip_error_t& error) {
  return zip_error_strerror(&error);
}

}  // namespace

void ZipArchive::Discard::operator()(zip* archive) const {
  zip_discard(archive);
}

Result<ZipArchive> ZipArchive::open(std::string_view bytes, unsigned max_members) {
  const auto too_many = [&](std::uint64_t members) {
    return fail(ErrorKind::too_large, "zip_too_many_members",
                format("the zip archive has {} members, more than {}", members, max_members));
  };
  const auto told = members_told(bytes);
  if (!told) {
    return fail(
        ErrorKind::malformed, "zip_truncated",
        format("the zip archive ends after {} bytes without its directory; {}", bytes.size(), first_member(bytes)));
  }
  if (*told > max_members) return too_many(*told);

  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  zip_t* opened = source == nullptr ? nullptr : zip_open_from_source(source, ZIP_RDONLY, &error);
  if (opened == nullptr) {
    if (source != nullptr) zip_source_free(source);
    const std::string reason = message_of(error);
    zip_error_fini(&error);
    return fail(ErrorKind::malformed, "zip_corrupt",
                format("the zip archive of {} bytes cannot be read: {}; {}", bytes.size(), printable(reason),
                       first_member(bytes)));
  }
  zip_error_fini(&error);
  ZipArchive archive;
  archive.archive_.reset(opened);
  archive.archive_bytes_ = bytes.size();
  const zip_int64_t members = zip_get_num_entries(opened, 0);
  archive.size_ = members < 0 ? 0 : static_cast<std::size_t>(members);
  if (archive.size_ > max_members) return too_many(archive.size_);
  return archive;
}

ZipArchive::Member ZipArchive::member(std::size_t index) const {
  Member member;
  zip_stat_t stat;
  zip_stat_init(&stat);
  if (zip_stat_index(archive_.get(), index, ZIP_FL_ENC_RAW, &stat) != 0) return member;
  if ((stat.valid & ZIP_STAT_NAME) != 0 && stat.name != nullptr) member.name = stat.name;
  member.is_directory = !member.name.empty() && (member.name.back() == '/' || member.name.back() == '\\');
  if ((stat.valid & ZIP_STAT_COMP_SIZE) != 0) member.compressed_bytes = stat.comp_size;
  if ((stat.valid & ZIP_STAT_SIZE) != 0) member.bytes = stat.size;
  member.encrypted = (stat.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && stat.encryption_method != ZIP_EM_NONE;
  return member;
}

Result<std::string> ZipArchive::read(std::size_t index, Allowance& allowance) const {
  const Member told = member(index);
  if (told.encrypted) return fail(ErrorKind::malformed, "zip_encrypted", "the member is encrypted");
  Gauge gauge(allowance);
  // The directory may lie about sizes, so it can only make us refuse early; what comes out is measured.
  const std::size_t consumed =
      std::max<std::size_t>(1, std::min<std::size_t>(static_cast<std::size_t>(told.compressed_bytes), archive_bytes_));
  if (!gauge.allows(static_cast<std::size_t>(told.bytes), consumed)) {
    return tl::unexpected<Error>(gauge.error(static_cast<std::size_t>(told.bytes), consumed, "zip_member_too_large"));
  }
  const auto corrupt = [](std::string_view reason, std::size_t read) {
    return fail(ErrorKind::malformed, "zip_corrupt",
                format("the member cannot be read: {}; {} bytes could be read", printable(reason), read));
  };
  const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file(zip_fopen_index(archive_.get(), index, 0), zip_fclose);
  if (!file) return corrupt(zip_strerror(archive_.get()), 0);

  std::string out;
  std::size_t produced = 0;
  for (;;) {
    if (produced == out.size()) grow(out, produced, static_cast<std::size_t>(told.bytes) + 1, gauge.most());
    const zip_int64_t got = zip_fread(file.get(), out.data() + produced, out.size() - produced);
    if (got < 0) return corrupt(zip_file_strerror(file.get()), produced);
    if (got == 0) break;
    produced += static_cast<std::size_t>(got);
    if (!gauge.takes(produced, consumed)) {
      return tl::unexpected<Error>(gauge.error(produced, consumed, "zip_member_too_large"));
    }
  }
  out.resize(produced);
  return out;
}

}  // namespace ruagate::unpack
