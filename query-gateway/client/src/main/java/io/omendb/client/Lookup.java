package io.omendb.client;

import io.omendb.client.query.Include;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** What is particular about reading one point. */
final class Lookup {
    private Lookup() {}

    static String names(Include... include) {
        return Arrays.stream(include)
                .map(each -> each.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(","));
    }

    /** Whether a 404 is about the point: a collection or a route that is not there has the same. */
    private static boolean isOfPoint(OmenClientException failure) {
        // The contract has one code for all three; a test against the gateway holds this wording,
        // and any other is an error rather than an absent point.
        return failure.status() == 404 && failure.detail().startsWith("Point ");
    }

    /** The answer, where a point that is not there is one. */
    static <T> CompletableFuture<Optional<T>> orEmpty(CompletableFuture<T> call) {
        CompletableFuture<Optional<T>> result = new CompletableFuture<>();
        var answered =
                call.whenComplete(
                        (point, failure) -> {
                            if (failure == null) {
                                result.complete(Optional.of(point));
                            } else if (failure instanceof OmenClientException known
                                    && isOfPoint(known)) {
                                result.complete(Optional.empty());
                            } else {
                                result.completeExceptionally(failure);
                            }
                        });
        var ended =
                result.whenComplete(
                        (point, failure) -> {
                            if (result.isCancelled()) {
                                call.cancel(true);
                            }
                        });
        return result;
    }
}
