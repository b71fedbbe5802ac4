package io.omendb.client;

import io.omendb.client.PendingWrite.Kind;
import io.omendb.client.Problem.BadPoint;
import io.omendb.client.point.Written;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The writes of one request, all of one kind, in their order. */
record WriteBatch(List<PendingWrite> writes) {

    Kind kind() {
        return writes.get(0).kind();
    }

    int size() {
        return writes.size();
    }

    long bytes() {
        return writes.stream().mapToLong(write -> write.json().length).sum();
    }

    /** The request's body. */
    byte[] body() {
        byte[] opening = kind().opening().getBytes(StandardCharsets.US_ASCII);
        int size = Math.toIntExact(opening.length + bytes() + writes.size() + 2);
        ByteArrayOutputStream body = new ByteArrayOutputStream(size);
        body.writeBytes(opening);
        for (int i = 0; i < writes.size(); i++) {
            if (i > 0) {
                body.write(',');
            }
            body.writeBytes(writes.get(i).json());
        }
        body.write(']');
        body.write('}');
        return body.toByteArray();
    }

    void succeed(Written written) {
        writes.forEach(write -> write.done().complete(written));
    }

    void fail(OmenClientException failure) {
        writes.forEach(write -> write.done().completeExceptionally(failure));
    }

    /**
     * Fails the writes that the server names as bad. It has then written nothing, and the others
     * can be sent without them.
     *
     * @return the others; null where the failure names no write
     */
    @Nullable WriteBatch failNamed(OmenClientException failure) {
        Map<Integer, BadPoint> bad = named(failure);
        if (bad.isEmpty()) {
            return null;
        }
        List<PendingWrite> others = new ArrayList<>();
        for (int i = 0; i < writes.size(); i++) {
            BadPoint named = bad.get(i);
            if (named == null) {
                others.add(writes.get(i));
            } else {
                writes.get(i).done().completeExceptionally(failure.ofPoint(named));
            }
        }
        return new WriteBatch(others);
    }

    private Map<Integer, BadPoint> named(OmenClientException failure) {
        Map<Integer, BadPoint> bad = new TreeMap<>();
        Problem problem = failure.problem();
        if (problem != null && kind() != Kind.DELETE) {
            for (BadPoint error : problem.errors()) {
                if (error.index() >= 0 && error.index() < writes.size()) {
                    bad.put(error.index(), error);
                }
            }
        }
        return bad;
    }
}
