package io.omendb.gateway.collections;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gateway.embed.TextVectors;
import io.omendb.protocol.catalogue.CatalogueWriter;
import io.omendb.protocol.catalogue.CatalogueWriter.CreateResult;
import io.omendb.schema.CollectionDefinition;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.SchemaJson;

/** Makes and drops collections, however it was asked for. Its methods block. */
public interface Definitions {

    /**
     * Creates a collection, or finds that the same exists.
     *
     * @param schema the JSON of its schema
     */
    CreateResult create(String name, byte[] schema) throws InterruptedException;

    CollectionDefinition drop(String name) throws InterruptedException;

    /**
     * In the catalogue.
     *
     * @param texts knows the embedders that collections may name
     */
    static Definitions in(CatalogueWriter writer, TextVectors texts) {
        return new Definitions() {
            @Override
            public CreateResult create(String name, byte[] schema) throws InterruptedException {
                CollectionSchema read = SchemaJson.read(name, schema);
                texts.checkNew(read);
                return writer.create(read);
            }

            @Override
            public CollectionDefinition drop(String name) throws InterruptedException {
                return writer.drop(name);
            }
        };
    }

    /**
     * Where nothing can be written.
     *
     * @param why what is told: where to write instead
     */
    static Definitions refusing(String why) {
        return new Definitions() {
            @Override
            public CreateResult create(String name, byte[] schema) {
                throw new OmenException(ErrorCode.FORBIDDEN, why);
            }

            @Override
            public CollectionDefinition drop(String name) {
                throw new OmenException(ErrorCode.FORBIDDEN, why);
            }
        };
    }
}
