package io.omendb.state;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.schema.CollectionSchema;
import java.util.ArrayList;
import java.util.List;

/** A schema that stored rows do not fit. */
final class SchemaChange {
    private SchemaChange() {}

    /**
     * Compares what decides how rows are stored.
     *
     * @throws OmenException CONFLICT naming every difference
     */
    static void refuse(CollectionSchema stored, CollectionSchema asked) {
        List<String> differences = new ArrayList<>();
        compare("dimension", stored.dimension(), asked.dimension(), differences);
        compare("metric", stored.metric().apiName(), asked.metric().apiName(), differences);
        compare("fields", stored.fields(), asked.fields(), differences);
        compare("sparse", stored.sparse(), asked.sparse(), differences);
        if (!differences.isEmpty()) {
            throw new OmenException(
                    ErrorCode.CONFLICT,
                    "collection "
                            + stored.name()
                            + " does not fit its stored rows: "
                            + String.join(", ", differences)
                            + ". Keep the schema, choose another collection name, or start without the old state");
        }
    }

    private static void compare(String what, Object stored, Object asked, List<String> into) {
        if (!stored.equals(asked)) {
            into.add(what + " is " + stored + " in the state and " + asked + " in the job");
        }
    }
}
