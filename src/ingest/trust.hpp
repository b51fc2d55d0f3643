#pragma once

#include "ingest/ingest.hpp"

// How far the mail around a report was authenticated (RFC 7489 7.2.1, RFC 9990 3.5: it should pass DMARC itself).
namespace ruagate::ingest {

/// What the operator's own border said about a message: trusted when its Authentication-Results say dmarc=pass, failed
/// when they say dmarc=fail, else unverified, as always without a named border.
///
/// Anybody can write such a field into a mail. So only those count that bear a named authserv-id and stand above the
/// first Received field of a foreign host, and none below the Received field that follows the one with which the mail
/// came in. Should fields of the border contradict each other, the worse result counts: one of them is made up.
report::Trust trust_of(const mime::Message& message, const Border& border);

}  // namespace ruagate::ingest
