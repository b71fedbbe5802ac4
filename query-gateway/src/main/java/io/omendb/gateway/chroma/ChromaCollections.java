package io.omendb.gateway.chroma;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gateway.access.Caller;
import io.omendb.gateway.access.Need;
import io.omendb.gateway.collections.KnownCollections;
import io.omendb.protocol.catalogue.CatalogueWriter;
import io.omendb.record.PointRules;
import io.omendb.schema.CollectionDefinition;
import io.omendb.schema.CollectionSchema;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Finds, makes and drops collections: those of the catalogue, with what the registry says of them,
 * and those that are only in the registry, because nothing was added yet. Where the two differ, the
 * catalogue is right: it has the rows. Blocks; safe for use by any thread.
 */
final class ChromaCollections {
    private final RegistryLog log;
    private final KnownCollections catalogue;
    private final CatalogueWriter writer;

    ChromaCollections(RegistryLog log, KnownCollections catalogue, CatalogueWriter writer) {
        this.log = log;
        this.catalogue = catalogue;
        this.writer = writer;
    }

    RegistryLog log() {
        return log;
    }

    /** All of a database, by name. */
    Collection<ChromaCollection> all(DatabaseName database) throws InterruptedException {
        Registry registry = log.newest();
        Map<String, CollectionDefinition> definitions = new HashMap<>();
        catalogue.all().forEach(each -> definitions.put(each.name(), each));
        Map<String, ChromaCollection> found = new TreeMap<>();
        for (CollectionEntry entry : registry.collections()) {
            ChromaCollection collection =
                    entry.name().database().equals(database)
                            ? resolved(entry, definitions.get(entry.name().stored()))
                            : null;
            if (collection != null) {
                found.putIfAbsent(entry.name().name(), collection);
            }
        }
        for (CollectionDefinition definition : definitions.values()) {
            CollectionName name = CollectionName.ofStored(definition.name());
            if (name != null && name.database().equals(database)) {
                found.putIfAbsent(name.name(), ChromaCollection.ofOmen(name, definition));
            }
        }
        return found.values();
    }

    /**
     * The collection of a name or an id.
     *
     * @param need what the caller needs to be allowed with it; checked for names of collections
     *     that do not exist as well, so that nobody finds out which do
     */
    ChromaCollection require(DatabaseName database, String nameOrId, Caller caller, Need need)
            throws InterruptedException {
        if (!isId(nameOrId)) {
            // Before anything is looked up: how long that takes tells whether it exists.
            caller.check(need, new CollectionName(database, nameOrId).stored(), nameOrId);
        }
        ChromaCollection found = byId(log.recent(), database, nameOrId);
        if (found == null) {
            Registry newest = log.newest();
            found = byName(newest, new CollectionName(database, nameOrId));
            found = found == null ? byId(newest, database, nameOrId) : found;
        }
        caller.check(
                need,
                (found == null ? new CollectionName(database, nameOrId) : found.entry().name())
                        .stored(),
                nameOrId);
        if (found == null) {
            throw ChromaException.notFound("Collection [" + nameOrId + "] does not exist");
        }
        return found;
    }

    private static boolean isId(String text) {
        try {
            return UUID.fromString(text).toString().length() == text.length();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private @Nullable ChromaCollection byName(Registry registry, CollectionName name) {
        for (CollectionEntry entry : registry.collections()) {
            ChromaCollection found = entry.name().equals(name) ? resolved(entry) : null;
            if (found != null) {
                return found;
            }
        }
        CollectionDefinition definition = definition(name.stored());
        return definition == null ? null : ChromaCollection.ofOmen(name, definition);
    }

    private @Nullable ChromaCollection byId(Registry registry, DatabaseName database, String text) {
        UUID id;
        try {
            id = UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            return null; // a name
        }
        CollectionEntry entry = registry.collection(id);
        if (entry != null) {
            return entry.name().database().equals(database) ? resolved(entry) : null;
        }
        for (CollectionDefinition definition : catalogue.all()) {
            CollectionName name = CollectionName.ofStored(definition.name());
            if (name != null && name.database().equals(database)) {
                ChromaCollection found = ChromaCollection.ofOmen(name, definition);
                if (found.entry().id().equals(id)) {
                    return found;
                }
            }
        }
        return null;
    }

    /** Null where the collection was dropped, or is another one of that name. */
    private @Nullable ChromaCollection resolved(CollectionEntry entry) {
        return resolved(entry, definition(entry.name().stored()));
    }

    private static @Nullable ChromaCollection resolved(
            CollectionEntry entry, @Nullable CollectionDefinition definition) {
        boolean pending = entry.generation() == 0;
        if (definition == null) {
            return pending ? new ChromaCollection(entry, null) : null;
        }
        return pending || entry.generation() == definition.generation()
                ? new ChromaCollection(entry, definition)
                : null;
    }

    private @Nullable CollectionDefinition definition(String stored) {
        try {
            return catalogue.require(stored);
        } catch (OmenException e) {
            if (e.code() == ErrorCode.NOT_FOUND) {
                return null;
            }
            throw e;
        }
    }

    /** Makes a collection, or finds the one that has the name where that is asked for. */
    ChromaCollection create(CreateCollection asked, Caller caller) throws InterruptedException {
        asked.name().check();
        caller.check(asked.getOrCreate() ? Need.SEE : Need.MANAGE, asked.name().stored());
        Registry registry = log.newest();
        if (!registry.hasDatabase(asked.name().database())) {
            throw ChromaException.notFound(
                    "Database [" + asked.name().database().database() + "] does not exist");
        }
        ChromaCollection existing = byName(registry, asked.name());
        if (existing == null) {
            caller.check(Need.MANAGE, asked.name().stored());
            CollectionEntry entry = asked.entry(UUID.randomUUID());
            for (CollectionEntry stale : registry.collections()) {
                if (stale.name().equals(asked.name())) {
                    registry = log.write(stale.key(), null);
                }
            }
            existing = byName(log.write(entry.key(), entry.json()), asked.name());
            if (existing != null && existing.entry().id().equals(entry.id())) {
                return existing;
            }
            registry = log.write(entry.key(), null); // another gateway was first
        }
        if (!asked.getOrCreate() || existing == null) {
            throw ChromaException.exists("Collection [" + asked.name().name() + "] already exists");
        }
        return existing;
    }

    /**
     * The collection in OmenDB, made now if these records are what its dimension is known from.
     * They are checked first: what is refused must not decide it.
     */
    CollectionDefinition ready(ChromaCollection collection, List<Row> rows, int dimension)
            throws InterruptedException {
        CollectionDefinition definition = collection.definition();
        if (definition == null) {
            CollectionEntry entry = collection.entry();
            CollectionSchema schema =
                    CollectionSchema.of(entry.name().stored(), dimension, entry.space().metric());
            rows.forEach(row -> PointRules.checkSent(schema, row.withoutNulls().point()));
            try {
                definition = writer.create(schema).definition();
            } catch (OmenException e) {
                if (e.code() != ErrorCode.CONFLICT) {
                    throw e;
                }
                definition = catalogue.require(entry.name().stored()); // another add was first
            }
            log.write(entry.key(), entry.withGeneration(definition.generation()).json());
        }
        checkDimension(definition, dimension);
        return definition;
    }

    static void checkDimension(CollectionDefinition definition, int dimension) {
        int expected = definition.schema().dimension();
        if (dimension != expected) {
            throw ChromaException.invalid(
                    "Collection expecting embedding with dimension of "
                            + expected
                            + ", got "
                            + dimension);
        }
    }

    void update(ChromaCollection collection, UpdateCollection change, Caller caller)
            throws InterruptedException {
        CollectionEntry entry = collection.entry();
        String newName = change.name();
        if (newName != null && !newName.equals(entry.name().name())) {
            entry = entry.withName(renamed(collection, newName, caller));
        }
        if (change.metadata() != null) {
            change.checkSpace(collection.space());
            entry = entry.withMetadata(change.metadata());
        }
        if (change.configuration() != null) {
            entry = entry.withConfiguration(change.configured(entry.configuration()));
        }
        log.write(entry.key(), entry.json());
    }

    /** OmenDB's collections keep their names, and topics theirs. */
    private CollectionName renamed(ChromaCollection collection, String newName, Caller caller)
            throws InterruptedException {
        CollectionName name = new CollectionName(collection.entry().name().database(), newName);
        if (collection.definition() != null) {
            throw ChromaException.unimplemented(
                    "new_name: a collection that something was added to keeps its name in OmenDB;"
                            + " add its records to a new collection and delete this one");
        }
        name.check();
        caller.check(Need.MANAGE, name.stored());
        if (byName(log.newest(), name) != null) {
            throw ChromaException.exists("Collection [" + newName + "] already exists");
        }
        return name;
    }

    void delete(ChromaCollection collection) throws InterruptedException {
        if (collection.definition() != null) {
            try {
                CollectionDefinition unused = writer.drop(collection.definition().name());
            } catch (OmenException e) {
                if (e.code() != ErrorCode.NOT_FOUND) {
                    throw e;
                }
            }
        }
        // Afterwards: an entry without its collection is as good as none.
        if (log.recent().collection(collection.entry().id()) != null) {
            log.write(collection.entry().key(), null);
        }
    }
}
