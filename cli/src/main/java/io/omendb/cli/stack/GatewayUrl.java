package io.omendb.cli.stack;

/** Where a gateway answers, as it is written in commands. */
public final class GatewayUrl {
    private GatewayUrl() {}

    /**
     * The URL of a gateway.
     *
     * @param host a name or an address; one of IPv6 with or without brackets
     */
    public static String of(String scheme, String host, int port) {
        boolean bare = host.indexOf(':') >= 0 && !host.startsWith("[");
        return scheme + "://" + (bare ? "[" + host + "]" : host) + ":" + port;
    }
}
