package io.omendb.client.collection;

/** A collection in full. */
public record CollectionInfo(CollectionSchema schema, CollectionSizes sizes) {}
