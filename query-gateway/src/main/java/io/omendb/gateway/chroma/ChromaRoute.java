package io.omendb.gateway.chroma;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import io.omendb.gateway.access.Need;
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

    /** One that wants a key, and finds out itself what that must be for. */
    static Route of(HttpMethod method, String path, Work work) {
        return of(method, path, Need.KEY, work);
    }

    static Route of(HttpMethod method, String path, Need need, Work work) {
        return refusing(Route.blocking(method, path, need, guarded(work)));
    }

    /** One that waits for nothing, and that an overloaded gateway answers, too. */
    static Route probe(HttpMethod method, String path, Need need, Work work) {
        return refusing(Route.open(method, path, need, guarded(work)));
    }

    private static Route refusing(Route route) {
        return route.refusing((context, why) -> ChromaErrors.response(route.path(), why));
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
