package io.omendb.gateway.chroma;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import io.omendb.gateway.http.Call;
import io.omendb.gateway.http.Endpoint;
import io.omendb.gateway.http.Route;
import java.util.concurrent.CompletableFuture;

/** Routes whose errors have Chroma's form. */
final class ChromaRoute {
    static final String ROOT = "/api/v2";
    static final String DATABASES = ROOT + "/tenants/{tenant}/databases";
    static final String COLLECTIONS = DATABASES + "/{database}/collections";

    private ChromaRoute() {}

    /** What a route does; it may wait. */
    @FunctionalInterface
    interface Work {
        HttpResponse answer(Call call) throws InterruptedException;
    }

    static Route of(HttpMethod method, String path, Work work) {
        return Route.blocking(method, path, guarded(work));
    }

    /** One that waits for nothing, and that an overloaded gateway answers, too. */
    static Route probe(HttpMethod method, String path, Work work) {
        return Route.open(method, path, guarded(work));
    }

    /** A query parameter that is a whole number, at least 0. */
    static int whole(Call call, String name, int absent) {
        String value = call.query(name);
        if (value == null) {
            return absent;
        }
        if (!value.matches("\\d{1,9}")) {
            throw ChromaException.invalid(
                    name + ": found \"" + value + "\", expected a whole number");
        }
        return Integer.parseInt(value);
    }

    private static Endpoint guarded(Work work) {
        return call -> {
            HttpResponse answer;
            try {
                answer = work.answer(call);
            } catch (RuntimeException e) {
                answer =
                        ChromaErrors.response(
                                call.context().method() + " " + call.context().path(), e);
            }
            return CompletableFuture.completedFuture(answer);
        };
    }
}
