#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/span_body.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include "base/ascii.hpp"
#include "http/hub.hpp"

// One connection: reads a request, lets a worker answer it, writes the response, and begins again. Private to
// server.cpp, the only file that knows Beast.
namespace ruagate::http {

namespace asio = boost::asio;
namespace beast = boost::beast;

template <class Stream>
class Session final : public Connection, public std::enable_shared_from_this<Session<Stream>> {
 public:
  Session(Hub& hub, Stream stream, IpAddress peer, bool is_tls)
      : hub_(hub), stream_(std::move(stream)), peer_(peer), is_tls_(is_tls) {}

  void begin() {
    hub_.add(this->shared_from_this());
    if constexpr (kTls) {
      lowest().expires_after(std::chrono::seconds{hub_.settings.header_seconds});
      stream_.async_handshake(asio::ssl::stream_base::server, [self = this->shared_from_this()](error_code error) {
        if (error) return self->end();
        self->wait_for_request();
      });
    } else {
      wait_for_request();
    }
  }

  void drop() override {
    error_code ignored;
    lowest().socket().close(ignored);
    lowest().cancel();
  }

 private:
  using error_code = beast::error_code;
  static constexpr bool kTls = !std::is_same_v<Stream, beast::tcp_stream>;
  static constexpr std::size_t kMaxHead = 16U << 10;
  static constexpr std::size_t kMaxTarget = 4096;

  beast::tcp_stream& lowest() {
    if constexpr (kTls) {
      return stream_.next_layer();
    } else {
      return stream_;
    }
  }

  /// Silence may last; from the first byte on the head has to hurry.
  void wait_for_request() {
    if (hub_.stopping) return end();
    if (buffer_.size() > 0) return read_head();
    hub_.idle(*this, true);
    lowest().expires_after(std::chrono::seconds{hub_.settings.idle_seconds});
    stream_.async_read_some(buffer_.prepare(2048),
                            [self = this->shared_from_this()](error_code error, std::size_t size) {
                              self->hub_.idle(*self, false);
                              if (error) return self->end();
                              self->buffer_.commit(size);
                              self->read_head();
                            });
  }

  void read_head() {
    head_.emplace();
    head_->header_limit(kMaxHead);
    head_->body_limit(boost::none);
    lowest().expires_after(std::chrono::seconds{hub_.settings.header_seconds});
    beast::http::async_read_header(
        stream_, buffer_, *head_,
        [self = this->shared_from_this()](error_code error, std::size_t) { self->on_head(error); });
  }

  void on_head(error_code error) {
    using Error = beast::http::error;
    if (error == Error::end_of_stream || error == asio::error::eof || error == asio::error::connection_reset) {
      return end();
    }
    if (error == beast::error::timeout) return refuse(problem(408, "too_slow", "the request came too slowly"));
    if (error == Error::header_limit || error == Error::buffer_overflow) {
      return refuse(problem(431, "head_too_large", "the head of the request is larger than 16 KiB"));
    }
    if (error == Error::bad_version) return refuse(problem(505, "bad_version", "this speaks HTTP/1.1"));
    if (error.category() == beast::http::make_error_code(Error::bad_method).category()) {
      return refuse(problem(400, "bad_request", "this is no HTTP request"));
    }
    if (error) return end();
    const auto& head = head_->get();
    take_head(head);
    keep_alive_ = head.keep_alive();
    if (head.version() != 11 && head.version() != 10) {
      return refuse(problem(505, "bad_version", "this speaks HTTP/1.1"));
    }
    if (request_.target.size() > kMaxTarget) {
      return refuse(problem(414, "target_too_long", "the target of the request is too long"));
    }
    has_body_ = head_->chunked() || head_->content_length().value_or(0) > 0;
    if (!head_->chunked() && request_.count("transfer-encoding") > 0) {
      return refuse(problem(501, "bad_encoding", "only the transfer encoding chunked is known"));
    }
    if (has_body_ && request_.only_reads()) {
      return refuse(problem(400, "unexpected_body", "GET and HEAD have no body"));
    }
    if (!has_body_) return answer();
    ask_worker([self = this->shared_from_this()](Reader& reader) {
      auto admission = std::make_shared<Service::Admission>(self->hub_.service.admit(reader, self->request_));
      asio::post(self->stream_.get_executor(), [self, admission] { self->on_admission(std::move(*admission)); });
    });
  }

  template <class Head>
  void take_head(const Head& head) {
    request_ = {};
    request_.method = std::string(head.method_string());
    request_.target = std::string(head.target());
    for (const auto& field : head) {
      request_.headers.push_back({to_lower(std::string_view(field.name_string())), std::string(field.value())});
    }
    request_.peer = peer_;
    request_.is_tls = is_tls_;
  }

  void on_admission(Service::Admission&& admission) {
    if (admission.refusal) return refuse(std::move(*admission.refusal));
    const std::uint64_t length = head_->content_length() ? *head_->content_length() : admission.max_body;
    if (length > admission.max_body) return refuse(too_large());
    if (!hub_.reserve(length)) {
      return refuse(problem(503, "busy", "too many bodies at once").add("Retry-After", "5"));
    }
    reserved_ = length;
    body_.emplace(std::move(*head_));
    head_.reset();
    body_->body_limit(admission.max_body);
    lowest().expires_after(std::chrono::seconds{hub_.settings.request_seconds});
    const std::string_view expect = request_.header("expect");
    if (expect.empty()) return read_body();
    if (!equals_ignoring_case(expect, "100-continue")) {
      return refuse(problem(417, "bad_expectation", "only 100-continue can be expected"));
    }
    asio::async_write(stream_, asio::buffer("HTTP/1.1 100 Continue\r\n\r\n", 25),
                      [self = this->shared_from_this()](error_code error, std::size_t) {
                        if (error) return self->end();
                        self->read_body();
                      });
  }

  void read_body() {
    beast::http::async_read(stream_, buffer_, *body_,
                            [self = this->shared_from_this()](error_code error, std::size_t) { self->on_body(error); });
  }

  void on_body(error_code error) {
    if (error == beast::error::timeout) return refuse(problem(408, "too_slow", "the body came too slowly"));
    if (error == beast::http::error::body_limit) return refuse(too_large());
    if (error == beast::http::error::bad_chunk || error == beast::http::error::bad_chunk_extension) {
      return refuse(problem(400, "bad_chunk", "the body is not as its transfer encoding says"));
    }
    if (error) return end();
    request_.body = std::move(body_->get().body());
    body_.reset();
    has_body_ = false;  // all of it has come
    answer();
  }

  static Response too_large() { return problem(413, "body_too_large", "the body is larger than the limit"); }

  void answer() {
    lowest().expires_never();
    if (auto response = hub_.service.at_once(request_)) return write(std::move(*response));
    ask_worker([self = this->shared_from_this()](Reader& reader) {
      auto response = std::make_shared<Response>(self->hub_.service.handle(reader, self->request_));
      asio::post(self->stream_.get_executor(), [self, response] { self->write(std::move(*response)); });
    });
  }

  void ask_worker(Workers::Job job) {
    if (hub_.workers.add(std::move(job))) return;
    refuse(problem(503, "busy", "too much is being answered").add("Retry-After", "1"));
  }

  /// What has not been read of the request is not waited for.
  void refuse(Response response) {
    response.close = true;
    response.add("Cache-Control", "no-store").add("X-Content-Type-Options", "nosniff");
    hub_.service.metrics().observe(request_.method, "refused", response.status, 0);
    write(std::move(response));
  }

  void write(Response&& response) {
    hub_.release(std::exchange(reserved_, 0));
    response_ = std::move(response);
    const bool closes = response_.close || !keep_alive_ || hub_.stopping || has_body_;
    const std::string* body = response_.body ? response_.body.get() : nullptr;
    message_.emplace();
    message_->version(11);
    message_->result(static_cast<unsigned>(response_.status));
    message_->reason(std::string(reason_phrase(response_.status)));
    for (const Header& header : response_.headers) message_->insert(header.name, header.value);
    if (!response_.content_type.empty()) message_->set(beast::http::field::content_type, response_.content_type);
    message_->keep_alive(!closes);
    if (response_.status != 304 && response_.status != 204) {
      message_->content_length(body != nullptr ? body->size() : 0);
      if (body != nullptr) message_->body() = boost::beast::span<const char>(body->data(), body->size());
    }
    serializer_.emplace(*message_);
    lowest().expires_after(std::chrono::seconds{hub_.settings.request_seconds});
    const auto written = [self = this->shared_from_this(), closes](error_code error, std::size_t) {
      self->serializer_.reset();
      self->message_.reset();
      self->response_ = {};
      if (error) return self->end();
      if (closes) return self->say_goodbye();
      self->wait_for_request();
    };
    if (request_.method == "HEAD") {
      beast::http::async_write_header(stream_, *serializer_, written);
    } else {
      beast::http::async_write(stream_, *serializer_, written);
    }
  }

  /// Ends our side and reads on for a moment, so that the response is not lost with what is still under way.
  void say_goodbye() {
    error_code ignored;
    lowest().expires_after(std::chrono::seconds{1});
    if constexpr (kTls) {
      stream_.async_shutdown([self = this->shared_from_this()](error_code) { self->end(); });
    } else {
      lowest().socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
      drain(256U << 10);
    }
  }

  void drain(std::size_t left) {
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(4096),
                            [self = this->shared_from_this(), left](error_code error, std::size_t size) {
                              if (error || size >= left) return self->end();
                              self->drain(left - size);
                            });
  }

  void end() {
    hub_.release(std::exchange(reserved_, 0));
    hub_.remove(*this);
    error_code ignored;
    lowest().socket().close(ignored);
  }

  Hub& hub_;
  Stream stream_;
  IpAddress peer_;
  bool is_tls_;
  beast::flat_buffer buffer_{kMaxHead + 4096};
  std::optional<beast::http::request_parser<beast::http::empty_body>> head_;
  std::optional<beast::http::request_parser<beast::http::string_body>> body_;
  Request request_;
  Response response_;
  std::optional<beast::http::response<beast::http::span_body<const char>>> message_;
  std::optional<beast::http::response_serializer<beast::http::span_body<const char>>> serializer_;
  std::uint64_t reserved_ = 0;
  bool keep_alive_ = false;
  bool has_body_ = false;
};

}  // namespace ruagate::http
