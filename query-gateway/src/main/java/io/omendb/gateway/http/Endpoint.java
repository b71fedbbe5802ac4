package io.omendb.gateway.http;

import com.linecorp.armeria.common.HttpResponse;
import java.util.concurrent.CompletableFuture;

/**
 * What one route does. Anything thrown, now or through the future, becomes a problem document; an
 * {@link io.omendb.OmenException} or {@link Problem} says which.
 */
@FunctionalInterface
public interface Endpoint {
    CompletableFuture<HttpResponse> answer(Call call) throws InterruptedException;
}
