package io.omendb.gateway.http;

import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gateway.access.Caller;
import io.omendb.gateway.shards.Asked;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One request, read whole.
 *
 * @param body the bytes of the body, its content-encoding undone
 * @param caller has been found to have what the route needs
 * @param place what it takes up; null where nothing bounds that
 */
public record Call(
        ServiceRequestContext context,
        RequestHeaders headers,
        byte[] body,
        Asked asked,
        Caller caller,
        Admission.@Nullable Place place) {

    /** {@link System#nanoTime} when it arrived. */
    public long startNanos() {
        return asked.startNanos();
    }

    /**
     * Says how many vectors the answer may have: many such answers at once would fill the heap.
     *
     * @param points how many points, each with its vector
     * @throws OmenException OVERLOADED where that is too much beside the other requests
     */
    public void expectVectors(long points, int dimension, Limits limits) {
        if (place != null) {
            place.expects(Math.min(limits.answerBytes(), points * AnswerBytes.vector(dimension)));
        }
    }

    /** A part of the path, decoded. */
    public String path(String name) {
        return Objects.requireNonNull(context.pathParam(name), name);
    }

    /** A query parameter; null where absent. */
    public @Nullable String query(String name) {
        return context.queryParam(name);
    }

    /** A query parameter that is true or false; false where absent. */
    public boolean flag(String name) {
        String value = query(name);
        if (value == null || value.equals("false")) {
            return false;
        }
        if (value.isEmpty() || value.equals("true")) {
            return true;
        }
        throw OmenException.malformed(name + ": found \"" + value + "\", expected true or false");
    }

    /** A query parameter that is a number of milliseconds; {@code absent} where absent. */
    public int milliseconds(String name, int absent) {
        String value = query(name);
        if (value == null) {
            return absent;
        }
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new OmenException(
                    ErrorCode.MALFORMED,
                    name + ": found \"" + value + "\", expected a number of milliseconds",
                    e);
        }
    }

    /** Refuses query parameters that the route does not know. */
    public void allowQuery(String... names) {
        Set<String> known = Set.of(names);
        for (String found : context.queryParams().names()) {
            if (!known.contains(found)) {
                throw OmenException.malformed(
                        found
                                + ": found an unknown query parameter, expected "
                                + (names.length == 0 ? "none" : String.join(" or ", names)));
            }
        }
    }

    /** Whether the body is of a type. */
    public boolean isOf(String type) {
        MediaType found = headers.contentType();
        return found != null && found.nameWithoutParameters().equals(type);
    }

    /** Where work that waits may run. */
    public Executor blocking() {
        return context.blockingTaskExecutor().unwrap();
    }
}
