package io.omendb.gateway.chroma;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.record.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The tenants, databases and collections that the log tells of. Immutable.
 *
 * @param records by key, the oldest first: of two collections with one name the first one counts
 */
record Registry(Map<String, ObjectNode> records) {
    static final Registry EMPTY = new Registry(Map.of());

    private static final String TENANT = "tenant:";
    private static final String DATABASE = "database:";

    Registry {
        records = Collections.unmodifiableMap(new LinkedHashMap<>(records));
    }

    /** This with changes; a null takes a record away. */
    Registry with(Map<String, byte @Nullable []> changes) {
        Map<String, ObjectNode> next = new LinkedHashMap<>(records);
        changes.forEach(
                (key, value) -> {
                    if (value == null) {
                        next.remove(key);
                    } else {
                        next.put(key, StrictJson.object(value, key));
                    }
                });
        return new Registry(next);
    }

    @Nullable CollectionEntry collection(UUID id) {
        String key = CollectionEntry.KEY + id;
        ObjectNode json = records.get(key);
        return json == null ? null : CollectionEntry.of(key, json);
    }

    Collection<CollectionEntry> collections() {
        return records.entrySet().stream()
                .filter(each -> each.getKey().startsWith(CollectionEntry.KEY))
                .map(each -> CollectionEntry.of(each.getKey(), each.getValue()))
                .toList();
    }

    boolean hasTenant(String tenant) {
        return tenant.equals(DatabaseName.DEFAULT.tenant()) || records.containsKey(TENANT + tenant);
    }

    boolean hasDatabase(DatabaseName database) {
        return database.isDefault() || records.containsKey(key(database));
    }

    /** The names of a tenant's databases, in order. */
    Collection<String> databases(String tenant) {
        TreeSet<String> names = new TreeSet<>();
        if (tenant.equals(DatabaseName.DEFAULT.tenant())) {
            names.add(DatabaseName.DEFAULT.database());
        }
        records.forEach(
                (key, json) -> {
                    if (key.startsWith(DATABASE) && json.path("tenant").asText().equals(tenant)) {
                        names.add(json.path("database").asText());
                    }
                });
        return names;
    }

    static String tenantKey(String tenant) {
        return TENANT + tenant;
    }

    static String key(DatabaseName database) {
        return DATABASE + id(database);
    }

    /** Databases have no more than a name, and Chroma wants an id of them. */
    static UUID id(DatabaseName database) {
        return UUID.nameUUIDFromBytes(
                (database.tenant() + "\0" + database.database()).getBytes(StandardCharsets.UTF_8));
    }
}
