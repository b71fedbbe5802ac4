package io.omendb.gateway.http;

/** Hears of every request that was answered. */
@FunctionalInterface
public interface Answered {
    void accept(Route route, int status, long nanos);
}
