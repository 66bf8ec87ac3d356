package program;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What all client programs share: the input, and one line of output for each feature. See test/support/clientSuite. */
public final class Program {
  private static final Gson GSON = new Gson();
  private static final PrintStream OUT =
      new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);

  private Program() {}

  /** What a client program reads from stdin. `image` is a PNG file in Base64. */
  public record Input(
      String url,
      List<String> features,
      String model,
      String unknownModel,
      String system,
      Map<String, String> prompts,
      Tool tool,
      Map<String, String> toolResults,
      Map<String, Object> schema,
      String image) {
    /** The user's text of a feature. */
    public String prompt(String feature) {
      return prompts.get(feature);
    }
  }

  public record Tool(String name, String description, Map<String, Object> parameters) {}

  /** A feature returns what it showed, by the names of test/support/clientSuite/features.ts. */
  public interface Feature {
    Map<String, Object> run() throws Exception;
  }

  /** What may throw the error that a feature reports. */
  public interface Action {
    void run() throws Exception;
  }

  /** A call of a tool. */
  public record Call(String name, JsonElement arguments) {
    /** @param arguments a JSON object */
    public static Call of(String name, String arguments) {
      return new Call(name, json(arguments));
    }

    public String city() {
      return arguments.getAsJsonObject().get("city").getAsString();
    }

    List<Object> pair() {
      return List.of(name, arguments);
    }
  }

  /** Reads the input. */
  public static Input read() {
    try {
      BufferedReader reader = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      return GSON.fromJson(reader.readLine(), Input.class);
    } catch (IOException error) {
      throw new IllegalStateException(error);
    }
  }

  /**
   * Runs the wanted features, prints what each one returns, and ends the program: some libraries leave threads.
   *
   * @param artifact the library whose version is shown, as its file is named in the class path
   */
  public static void run(String artifact, Input input, Map<String, Feature> features) {
    write(Map.of("version", versionOf(artifact)));
    for (String name : input.features()) {
      try {
        Feature feature = features.get(name);
        if (feature == null) throw new IllegalStateException("the program has no such feature");
        write(Map.of("feature", name, "observed", feature.run()));
      } catch (Exception | LinkageError error) {
        StringWriter trace = new StringWriter();
        error.printStackTrace(new PrintWriter(trace));
        write(Map.of("feature", name, "failure", trace.toString()));
      }
    }
    System.exit(0);
  }

  /** What a round of calls showed. */
  public static Map<String, Object> round(List<Call> calls, String text, List<String> pieces) {
    return Map.of("calls", calls.stream().map(Call::pair).toList(), "text", text, "pieces", pieces);
  }

  /** Reports the error of an action with the messages of its causes. No error is a failure of the test. */
  public static Map<String, Object> errorOf(Action action) {
    try {
      action.run();
      return Map.of();
    } catch (Exception error) {
      StringBuilder message = new StringBuilder();
      for (Throwable cause = error; cause != null; cause = cause.getCause()) message.append(cause).append('\n');
      return Map.of("error", Map.of("message", message.toString()));
    }
  }

  /** A value as JSON. */
  public static String text(Object value) {
    return GSON.toJson(value);
  }

  public static JsonElement json(String text) {
    return JsonParser.parseString(text);
  }

  /** The features in the order in which they are added. */
  public static Map<String, Feature> features() {
    return new LinkedHashMap<>();
  }

  private static String versionOf(String artifact) {
    // Other parts of a library begin with its name too, such as openai-java-core.
    Pattern jar = Pattern.compile(Pattern.quote(artifact) + "-(\\d.*)\\.jar");
    for (String path : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Matcher file = jar.matcher(new File(path).getName());
      if (file.matches()) return file.group(1);
    }
    return "";
  }

  private static void write(Object line) {
    OUT.println(GSON.toJson(line));
  }
}
