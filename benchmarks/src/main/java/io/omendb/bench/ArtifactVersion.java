package io.omendb.bench;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** The version that Maven wrote into a jar. */
final class ArtifactVersion {
    private ArtifactVersion() {}

    /** The version of an artifact on the class path; {@code unpackaged} where it is in no jar. */
    static String of(String group, String artifact) {
        String name = "META-INF/maven/" + group + "/" + artifact + "/pom.properties";
        try (InputStream in = ArtifactVersion.class.getClassLoader().getResourceAsStream(name)) {
            if (in == null) {
                return "unpackaged";
            }
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version", "unknown");
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot read " + name + ": " + e, e);
        }
    }
}
