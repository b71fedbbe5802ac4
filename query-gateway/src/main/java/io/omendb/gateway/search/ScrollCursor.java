package io.omendb.gateway.search;

import com.google.protobuf.InvalidProtocolBufferException;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.protocol.v1.ScrollPosition;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;

/**
 * Where a scroll stands, as a client carries it: a position in Base64 (RFC 4648, for URLs). It
 * means the same after any number of writes, merges and restarts.
 */
final class ScrollCursor {
    static final Comparator<ScrollPosition> ORDER =
            Comparator.comparingInt(ScrollPosition::getKeyGroup)
                    .thenComparing(ScrollPosition::getIdHash, Long::compareUnsigned)
                    .thenComparing(
                            position -> position.getId().toByteArray(), Arrays::compareUnsigned);

    private ScrollCursor() {}

    static String write(ScrollPosition position) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(position.toByteArray());
    }

    static ScrollPosition read(String cursor) {
        try {
            return ScrollPosition.parseFrom(Base64.getUrlDecoder().decode(cursor));
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            throw new OmenException(
                    ErrorCode.INVALID,
                    "cursor: found \"" + cursor + "\", expected one that a scroll returned",
                    e);
        }
    }
}
