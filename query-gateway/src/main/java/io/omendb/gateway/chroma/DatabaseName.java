package io.omendb.gateway.chroma;

import io.omendb.gateway.http.Call;

/** A database of a tenant. The default one is where the collections of OmenDB's own API are. */
record DatabaseName(String tenant, String database) {
    static final DatabaseName DEFAULT = new DatabaseName("default_tenant", "default_database");

    /** That of a request's path. */
    static DatabaseName of(Call call) {
        return new DatabaseName(call.path("tenant"), call.path("database"));
    }

    boolean isDefault() {
        return equals(DEFAULT);
    }
}
