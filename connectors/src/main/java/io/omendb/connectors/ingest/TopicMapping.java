package io.omendb.connectors.ingest;

import io.omendb.connectors.format.RecordFormat;
import java.io.Serializable;

/**
 * A topic outside the {@code omen.*} scheme that feeds a collection.
 *
 * @param topic the topic
 * @param collection the collection its points go to
 * @param format format of records that do not say
 */
public record TopicMapping(String topic, String collection, RecordFormat format)
        implements Serializable {}
