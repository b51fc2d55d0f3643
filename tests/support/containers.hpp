#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Containers and encodings made by plain code, so that tests can break them as they like.
namespace ruagate::test {

inline void append_little_endian(std::string& out, std::uint64_t value, std::size_t length) {
  for (std::size_t i = 0; i < length; ++i) out.push_back(static_cast<char>((value >> (8 * i)) & 0xFFU));
}

inline std::uint32_t crc32_of(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

/// A raw deflate stream.
inline std::string deflated(std::string_view bytes) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

/// Writes a zip archive.
class ZipWriter {
 public:
  struct Options {
    bool stored = false;
    bool data_descriptor = false;  ///< Sizes behind the contents, as streaming writers do.
    bool zip64 = false;            ///< Sizes in the zip64 extra field.
    bool encrypted = false;        ///< Only says so; the contents are not.
    bool bad_crc = false;
  };

  ZipWriter& add(std::string_view name, std::string_view contents, const Options& options) {
    const std::string data = options.stored ? std::string(contents) : deflated(contents);
    const std::uint32_t crc = crc32_of(contents) ^ (options.bad_crc ? 1U : 0U);
    const std::uint64_t offset = archive_.size();
    const unsigned flags = (options.data_descriptor ? 8U : 0U) | (options.encrypted ? 1U : 0U);
    const auto common = [&](std::string& out, bool local) {
      const bool later = local && options.data_descriptor;
      append_little_endian(out, options.zip64 ? 45 : 20, 2);
      append_little_endian(out, flags, 2);
      append_little_endian(out, options.stored ? 0 : 8, 2);
      append_little_endian(out, 0, 4);  // Time and date.
      append_little_endian(out, later ? 0 : crc, 4);
      append_little_endian(out, options.zip64 ? 0xFFFFFFFFU : later ? 0 : data.size(), 4);
      append_little_endian(out, options.zip64 ? 0xFFFFFFFFU : later ? 0 : contents.size(), 4);
      append_little_endian(out, name.size(), 2);
      append_little_endian(out, options.zip64 ? 20 : 0, 2);
    };
    const auto extra = [&](std::string& out) {
      if (!options.zip64) return;
      append_little_endian(out, 1, 2);
      append_little_endian(out, 16, 2);
      append_little_endian(out, contents.size(), 8);
      append_little_endian(out, data.size(), 8);
    };
    archive_ += "PK\x03\x04";
    common(archive_, true);
    archive_ += name;
    extra(archive_);
    archive_ += data;
    if (options.data_descriptor) {
      archive_ += "PK\x07\x08";
      append_little_endian(archive_, crc, 4);
      append_little_endian(archive_, data.size(), 4);
      append_little_endian(archive_, contents.size(), 4);
    }
    add_directory_entry(name, offset, common, extra);
    return *this;
  }
  ZipWriter& add(std::string_view name, std::string_view contents) { return add(name, contents, Options{}); }

  /// Names the last member `count` times more: members that overlap.
  ZipWriter& repeat_last(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) directory_ += last_entry_;
    members_ += count;
    return *this;
  }

  std::string finish(std::string_view comment = {}) const {
    std::string out = archive_ + directory_;
    if (members_ > 0xFFFE) {
      const std::size_t record = out.size();
      out += "PK\x06\x06";
      append_little_endian(out, 44, 8);
      append_little_endian(out, 45, 2);
      append_little_endian(out, 45, 2);
      append_little_endian(out, 0, 8);  // Disks.
      append_little_endian(out, members_, 8);
      append_little_endian(out, members_, 8);
      append_little_endian(out, directory_.size(), 8);
      append_little_endian(out, archive_.size(), 8);
      out += "PK\x06\x07";
      append_little_endian(out, 0, 4);
      append_little_endian(out, record, 8);
      append_little_endian(out, 1, 4);
    }
    const std::size_t told = members_ > 0xFFFE ? 0xFFFF : members_;
    out += "PK\x05\x06";
    append_little_endian(out, 0, 4);
    append_little_endian(out, told, 2);
    append_little_endian(out, told, 2);
    append_little_endian(out, directory_.size(), 4);
    append_little_endian(out, archive_.size(), 4);
    append_little_endian(out, comment.size(), 2);
    out += comment;
    return out;
  }

 private:
  template <class Common, class Extra>
  void add_directory_entry(std::string_view name, std::uint64_t offset, const Common& common, const Extra& extra) {
    last_entry_ = "PK\x01\x02";
    append_little_endian(last_entry_, 45, 2);
    common(last_entry_, false);
    append_little_endian(last_entry_, 0, 2);  // Comment.
    append_little_endian(last_entry_, 0, 2);  // Disk.
    append_little_endian(last_entry_, 0, 2);  // Attributes.
    append_little_endian(last_entry_, 0, 4);
    append_little_endian(last_entry_, offset, 4);
    last_entry_ += name;
    extra(last_entry_);
    directory_ += last_entry_;
    ++members_;
  }

  std::string archive_;
  std::string directory_;
  std::string last_entry_;
  std::size_t members_ = 0;
};

/// Base64 in lines of 76 characters; a `line_end` of "" gives one line.
inline std::string base64(std::string_view bytes, std::string_view line_end = "\r\n") {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  std::size_t column = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group * 256 + (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out.push_back(i + k > bytes.size() ? '=' : kAlphabet[(group >> (18 - 6 * k)) & 63U]);
    }
    column += 4;
    if (column == 76 && !line_end.empty()) {
      out += line_end;
      column = 0;
    }
  }
  if (column > 0 && !line_end.empty()) out += line_end;
  return out;
}

}  // namespace ruagate::test
