"""Code that raises each error of the phrasebook: entry -> pairs (what stands before, what fails).

np, keras, tf, plt, a folder `here` (also the working folder) and `path`, a file in it, are there.
Behind "again: " stands a line that fails before the mend and runs after it.
"""

NETS = """
L = keras.layers

def cnn(classes=2, side=8, act=None):
    conv = L.Conv2D(2, 3, padding="same")
    parts = [keras.Input((side, side, 1)), conv, L.GlobalAveragePooling2D()]
    return keras.Sequential([*parts, L.Dense(classes, activation=act)])

def images_to_images():
    return keras.Sequential([keras.Input((8, 8, 1)), L.Conv2D(1, 3, activation="sigmoid")])

def fitted(model, x, y, loss="sparse_categorical_crossentropy", **more):
    model.compile("sgd", loss)
    return model.fit(x, y, verbose=0, **more)

x, y = np.zeros((4, 8, 8, 1), "float32"), np.array([0, 1, 0, 1])
image = x[0]
model = cnn()
"""
TWICE = """
class Twice(L.Layer):
    def __init__(self, factor=2, **more):
        super().__init__(**more)
        self.factor = factor
    def call(self, x):
        return x * self.factor

def saved(layer, path):
    keras.Sequential([keras.Input((2,)), layer]).save(path)
"""
STRICT = """
class Strict(L.Layer):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor
    def call(self, x):
        return x * self.factor
"""
FORKED = """
def fork(side, width, meet):
    whole = keras.Input((side, side, 1))
    half = L.UpSampling2D()(L.MaxPooling2D()(whole))
    return keras.Model(whole, meet()([L.Conv2D(width, 1)(whole), half]))
"""
HUB = """
import tensorflow_hub as hub

class Double(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec((None, 2))])
    def __call__(self, x):
        return x * 2

path = str(here / "module")
tf.saved_model.save(Double(), path)
"""
SKL = """
from sklearn.linear_model import LogisticRegression
rng = np.random.default_rng(0)
x, y = rng.random((40, 2)), np.arange(40) % 2
model = LogisticRegression()
"""
MASKS = """
mask = np.zeros((8, 8), bool)
mask[2:5, 2:5] = True
image, other = mask * 300.0, mask * 200.0
"""

CASES = {
    "channels do not fit": [
        ("x = np.zeros((4, 8, 8, 3), 'float32')", "again: model(x)"),
        ("x = np.zeros((4, 8, 8, 3), 'float32')", "again: model.predict(x, verbose=0)"),
        ("d = L.Dense(2); d.build((None, 64))", "d(np.zeros((1, 81)))"),
        ("", "fitted(model, np.zeros((4, 8, 8, 3)), y)"),
    ],
    "pictures of another size than the model": [
        (
            "i = keras.Input((8, 8, 1)); model = keras.Model(i, L.Dense(2)(L.Flatten()(i)))\n"
            "x = np.zeros((4, 9, 9, 1), 'float32')",
            "again: model(x)",
        ),
        ("m = keras.Sequential([keras.Input((64,)), L.Dense(2)])", "m.predict(x, verbose=0)"),
    ],
    "an axis is missing": [
        ("x = np.zeros((4, 8, 8)); conv = L.Conv2D(2, 3)", "again: conv(x)"),
        ("", "L.Conv2D(2, 3)(np.zeros((1, 4, 8, 8, 1)))"),
    ],
    "the picture shrinks to nothing": [
        ("layer = L.Conv2D(2, 8)", "again: layer(keras.Input((4, 4, 1)))"),
        ("", "L.MaxPooling2D()(L.MaxPooling2D(8)(keras.Input((8, 8, 1))))"),
        ("i = keras.Input((8, 8, 1)); m = keras.Model(i, L.Conv2D(2, 3)(i))", "m(image)"),
    ],
    "two branches of different size": [
        (FORKED, "fork(9, 1, L.Concatenate)"),
        (FORKED, "fork(9, 1, L.Add)"),
        ("", "L.Add()([keras.Input((8, 8, 2)), keras.Input((8, 8, 3))])"),
        (
            FORKED + "model = fork(None, 1, L.Concatenate); x = np.zeros((1, 9, 9, 1), 'float32')",
            "again: model(x)",
        ),
        (
            FORKED + "model = fork(None, 1, L.Concatenate); x = np.zeros((1, 9, 9, 1), 'float32')",
            "again: model.predict(x, verbose=0)",
        ),
    ],
    "a size was left open": [("", "L.Dense(2)(L.Flatten()(keras.Input((None, None, 1))))")],
    "labels and sparse loss": [
        ("y = np.eye(2)[y]", "again: fitted(model, x, y)"),
        ("", "fitted(keras.Sequential([keras.Input((8, 8, 1)), L.Dense(2)]), x, y)"),
        ("data = tf.data.Dataset.from_tensor_slices((x, y))", "fitted(model, data, None)"),
    ],
    "class numbers and a loss that wants vectors": [
        (
            "model.compile('sgd', 'categorical_crossentropy')",
            "again: model.fit(x, y, verbose=0)",
        ),
        ("", "fitted(cnn(2, act='sigmoid'), x, y, 'binary_crossentropy')"),
    ],
    "target and output differ in shape": [
        ("model, y = images_to_images(), x", "fitted(model, x, y, 'binary_crossentropy')"),
        ("model, y = images_to_images(), x", "fitted(model, x, y, 'mse')"),
        ("", "fitted(cnn(3), x, np.eye(2)[y], 'categorical_crossentropy')"),
    ],
    "shapes do not go together": [
        ("x, y = np.zeros((4, 8, 8)), np.zeros(4)", "x - y"),
        ("", "np.zeros((4, 8, 8))[0] = np.zeros((9, 9))"),
        ("a = np.zeros(3)", "a += np.zeros((2, 3))"),
        ("", "tf.zeros((2, 3)) + tf.zeros((2, 4))"),
    ],
    "product of arrays that do not fit": [
        ("x, w = np.zeros((4, 24, 24)), np.zeros((576, 2))", "again: x @ w"),
        ("", "np.dot(np.zeros((4, 575)), np.zeros((576, 2)))"),
        ("", "keras.ops.matmul(np.zeros((2, 3)), np.zeros((2, 3)))"),
    ],
    "reshape that does not add up": [
        ("x = np.zeros((4, 24, 24))", "x.reshape(4, 575)"),
        ("", "L.Reshape((5, 5))(keras.Input((24,)))"),
    ],
    "pictures of several sizes in one array": [
        ("images = [np.zeros((2, 2)), np.zeros((3, 3))]", "np.array(images)"),
        ("images = [np.zeros((2, 2)), np.zeros((3, 3))]", "np.stack(images)"),
        ("images = [np.zeros((2, 2)), np.zeros((3, 3))]", "np.concatenate(images)"),
        ("images = [np.zeros((2, 2)), np.zeros((3, 3))]", "tf.convert_to_tensor(images)"),
        ("images = [np.zeros((2, 2))]; a = np.zeros(2)", "a[0] = [1, 2]"),
    ],
    "an axis that is not there": [
        ("image = np.zeros((7, 9))", "image[0, 0, 0]"),
        ("", "np.zeros((7, 9)).sum(axis=2)"),
        ("", "np.zeros((7, 9)).transpose(0, 1, 2)"),
        ("", "np.zeros((7, 9)).shape[2]"),
        ("", "fitted(model, x, list(y))"),
    ],
    "as many names as parts": [
        ("image = np.zeros((2, 3, 4))", "rows, columns = image.shape"),
        ("", "t, rows, columns = np.zeros((3, 4)).shape"),
    ],
    "a label outside the classes": [
        ("y = y + 1", "again: fitted(model, x, y)"),
        ("", "keras.losses.SparseCategoricalCrossentropy()(np.array([2]), np.zeros((1, 2)))"),
    ],
    "inputs and labels of different length": [
        ("y = y[:3]", "again: fitted(model, x, y)"),
        ("x = list(x)", "again: fitted(model, x, y)"),
    ],
    "data of a kind that fit does not know": [
        ("y = y.tolist()", "again: fitted(model, x, y)"),
        ("", "fitted(model, iter([]), None)"),
        ("i = keras.Input((8, 8, 1)); m = keras.Model(i, L.Flatten()(i))", "m.predict([x])"),
        ("a, b = keras.Input((2,)), keras.Input((2,))", "keras.Model([a, b], a + b)(x[0, 0, :2])"),
    ],
    "words where numbers belong": [
        ("y = np.array(['G1', 'M', 'G1', 'M'])", "again: fitted(model, x, y)"),
        ("y = np.array(['G1', 'M', 'G1', 'M'])", "y.astype(float)"),
        ("x = np.array([0, None, 1, 1], dtype=object)", "fitted(model, x, y)"),
        ("", "plt.imshow(np.array([[None, 1]]))"),
    ],
    "no gradients": [
        (
            "def loss(t, p): return keras.ops.cast(keras.ops.argmax(p, axis=1), 'float32')\n"
            "model.compile('sgd', loss)",
            "again: model.fit(x, y, verbose=0)",
        ),
        ("w = keras.Variable(1.0)", "keras.optimizers.SGD().apply([None], [w])"),
    ],
    "a placeholder is not an array": [
        ("", "np.log(keras.Input((8, 8, 1)))"),
        ("", "tf.math.log(keras.Input((8, 8, 1)))"),
        ("", "assert keras.Input((8,)) > 0"),
        ("", "keras.Input((8,)).numpy()"),
    ],
    "NumPy inside a training": [
        (
            "def my_loss(y_true, y_pred): return np.mean((y_true - y_pred) ** 2)",
            "again: fitted(cnn(1), x, y * 1.0, my_loss)",
        ),
    ],
    "the model was not compiled": [
        ("", "again: model.fit(x, y, verbose=0)"),
        ("model.compile('sgd')", "again: model.fit(x, y, verbose=0)"),
    ],
    "the model has no weights yet": [
        ("model = keras.Sequential([L.Dense(2)])", "again: model.count_params()"),
        ("model = keras.Sequential([L.Dense(2)])", "again: model.inputs"),
        ("", "L.Dense(2).output"),
        (
            "cnn().save_weights('a.weights.h5')",
            "keras.Sequential([L.Dense(2)]).load_weights('a.weights.h5')",
        ),
    ],
    "lr is called learning_rate": [("", "keras.optimizers.Adam(lr=1e-3)")],
    "an argument of another name": [
        ("", "L.Conv2D(2, 3, input_shap=(8, 8, 1))"),
        ("", "keras.optimizers.Adam(rate=0.1)"),
        ("from skimage.transform import rescale", "rescale(x[0], 2, multichannel=True)"),
    ],
    "an argument is missing": [("", "L.Conv2D(8)"), ("", "keras.Sequential.fit()")],
    "a name that Keras cannot look up": [
        ("", "L.Dense(2, activation='softmx')"),
        ("", "model.compile('adamm', 'mse')"),
        (
            "model.compile('sgd', 'mse', metrics=['f1'])",
            "model.fit(x, np.zeros((4, 2)), verbose=0)",
        ),
    ],
    "inputs and outputs that are not connected": [
        ("inputs = keras.Input((2,))", "keras.Model(inputs, L.Dense(2))"),
        ("", "keras.Model(keras.Input((2,)), L.Dense(2)(keras.Input((2,))))"),
    ],
    "not a layer of this Keras": [
        ("", "keras.Sequential([keras.Input((2,)), L.Dense])"),
        ("", "keras.Sequential([keras.Input((2,)), L.Dense(2)(keras.Input((2,)))])"),
        ("import tf_keras", "keras.Sequential([keras.Input((2,)), tf_keras.layers.Dense(2)])"),
    ],
    "a tensor cannot be written into": [("x = tf.zeros((2, 2))", "again: x[0] = 1")],
    "two tensors of different type": [
        ("x = np.zeros((2, 2), 'uint16')", "again: tf.constant(x) * tf.constant(1.5)"),
        ("x = np.arange(3)", "again: tf.sqrt(x)"),
    ],
    "the generator ran dry": [
        (
            "def batches(x, y, size): yield x, y",
            "again: fitted(model, batches(x, y, 2), None, steps_per_epoch=3, epochs=2)",
        ),
    ],
    "a curve that was not recorded": [
        ("history = fitted(model, x, y)", "history.history['val_loss']"),
        ("history = fitted(model, x, y)", "history.history['accuracy']"),
    ],
    "your own layer is unknown when loading": [
        (TWICE + "path = 'a.keras'; saved(Twice(), path)", "keras.models.load_model(path)"),
        (TWICE + "path = 'a.h5'; saved(Twice(), path)", "keras.models.load_model(path)"),
    ],
    "saved settings that do not fit the class": [
        (
            TWICE + STRICT + "path = 'a.keras'; saved(Strict(2), path)",
            "again: keras.models.load_model(path, custom_objects={'Strict': Strict})",
        ),
        (
            "model.compile('sgd', 'mse'); model.save('a.h5')",
            "keras.models.load_model('a.h5')",
        ),
    ],
    "Lambda layers are not loaded": [
        (
            TWICE + "path = 'a.keras'; saved(L.Lambda(lambda x: x * 2), path)",
            "keras.models.load_model(path)",
        ),
    ],
    "the name of the file needs its ending": [
        ("", "model.save('my_model')"),
        ("", "model.save('my_model', save_format='tf')"),
        ("", "model.save_weights('my_model.h5')"),
    ],
    "no .keras file in this place": [
        ("path = 'nothing.keras'", "keras.models.load_model(path)"),
        (
            "path = here / 'a.keras'; path.write_bytes(b'version https')",
            "keras.models.load_model(path)",
        ),
    ],
    "a folder is not a Keras model": [
        ("path = 'exported'; model.export(path, verbose=False)", "keras.models.load_model(path)"),
    ],
    "an .h5 file that cannot be opened": [
        ("path = 'nothing.h5'", "keras.models.load_model(path)"),
        ("path = here / 'a.h5'; path.write_bytes(b'<html>')", "keras.models.load_model(path)"),
    ],
    "weights without a model": [
        ("path = 'a.weights.h5'; model.save_weights(path)", "keras.models.load_model(path)"),
    ],
    "weights of another network": [
        ("cnn(3).save_weights('a.weights.h5')", "model.load_weights('a.weights.h5')"),
        ("", "model.set_weights(model.get_weights()[:2])"),
        ("", "model.set_weights(cnn(3).get_weights())"),
        (
            "cnn().save('a.h5')",
            "keras.Sequential([keras.Input((4,)), L.Dense(2)]).load_weights('a.h5')",
        ),
    ],
    "out of memory": [
        ("", "np.zeros((10**7, 10**7))"),
        ("", "tf.zeros((10**7, 10**7))"),
        ("", "bytearray(2**62)"),
    ],
    "hub.KerasLayer does not work in Keras 3": [
        (HUB, "keras.Sequential([keras.Input((2,)), hub.KerasLayer(path)])"),
        (HUB, "hub.KerasLayer(path)(keras.Input((2,)))"),
    ],
    "not a module of TensorFlow Hub": [
        ("import tensorflow_hub as hub; path = 'modules/none'", "hub.load(path)"),
        ("import tensorflow_hub as hub; path = str(here)", "hub.load(path)"),
        ("path = str(here)", "tf.saved_model.load(path)"),
    ],
    "a download that failed": [
        ("", "keras.utils.get_file('x', 'http://127.0.0.1:9/x', cache_dir=here)"),
        ("import tensorflow_hub as hub", "hub.load('http://127.0.0.1:9/x')"),
    ],
    "a pre-trained network wants colour and size": [
        (
            "net = keras.applications.MobileNetV2",
            "net(weights='imagenet', include_top=False, input_shape=(96, 96, 1))",
        ),
        (
            "net = keras.applications.MobileNetV2",
            "net(weights=None, include_top=False, input_shape=(20, 20, 3))",
        ),
        ("", "keras.applications.MobileNetV2(weights='imagenet', classes=5)"),
    ],
    "counted past the end": [
        ("image = np.zeros((20, 20))", "image[20]"),
        ("", "[1, 2][3]"),
        ("", "keras.utils.to_categorical([1, 2, 3], 3)"),
    ],
    "places are whole numbers": [
        ("image = np.zeros((20, 20))", "image[len(image) / 2]"),
        ("", "image[: len(image) / 2]"),
        ("", "image[np.array([1.0, 2.0])]"),
        ("", "np.zeros((4 / 2, 3))"),
    ],
    "one number was wanted, an array came": [
        ("", "['G1', 'S', 'G2'][np.array([2, 0])]"),
        ("a = np.zeros((2, 2))", "np.concatenate(a, a)"),
        ("", "float(np.zeros(3))"),
    ],
    "an array is not yes or no": [
        ("image = np.arange(5)", "image > 1 and image < 3"),
        ("", "assert np.arange(5)"),
    ],
    "a mask of another shape": [
        ("x, mask = np.zeros((4, 24, 24)), np.zeros((24, 24), bool)", "x[mask]"),
        ("x, mask = np.zeros((4, 5)), np.zeros(5, bool)", "x[mask]"),
    ],
    "a result that its array cannot hold": [
        ("image = np.arange(4, dtype='uint16')", "again: image /= image.max()"),
        ("image = np.arange(4, dtype='uint8')", "again: image -= 1.5"),
    ],
    "a number too large for its type": [
        ("image = np.zeros(2, 'uint8')", "again: image + 300"),
        ("", "np.zeros(2, 'uint8') - 300"),
        ("", "np.array([300], dtype='uint8')"),
        ("", "np.uint8(200) + np.uint8(100)"),
    ],
    "exp of a large number": [("x = np.array([[1000.0, 0.0]])", "again: np.exp(x)")],
    "division by zero, or nan": [
        ("x = np.array([0.0, 1.0])", "np.log(x)"),
        ("", "np.zeros(1) / np.zeros(1)"),
    ],
    "nothing is left": [
        ("mask = np.zeros((8, 8), bool)", "image[mask].mean()"),
        ("mask = np.zeros((8, 8), bool)", "image[mask].max()"),
        (SKL + "mask = x > 2", "model.fit(x[:0], y[:0])"),
        ("mask = np.zeros(4, bool)", "model.predict(x[mask], verbose=0)"),
    ],
    "minus between masks": [
        ("mask, other = np.ones(2, bool), np.zeros(2, bool)", "mask - other"),
        ("mask, other = np.ones(2, bool), np.zeros(2, bool)", "-mask"),
    ],
    "an array that may not be changed": [
        ("image = np.broadcast_to(np.zeros(4), (3, 4))", "again: image[0] = 1"),
    ],
    "a list is not an array": [
        ("x = [1, 2, 3]", "again: x.shape"),
        ("x = [[1, 2], [3, 4]]", "again: x[0, 1]"),
        ("x = [1, 2, 3]", "again: x > 2"),
        ("x = [1, 2, 3]", "again: x / 2"),
    ],
    "NumPy has no such name": [("", "image.astype(np.float)"), ("", "np.product([1, 2])")],
    "examples and labels are not equally many": [
        (SKL + "mask = y > -1", "model.fit(x, y[:30])"),
        (
            "from sklearn.metrics import f1_score; mask = y > 0",
            "f1_score([0, 1], [0, 1, 1])",
        ),
    ],
    "scikit-learn wants a table": [
        (SKL + "x = np.zeros((40, 3, 3))", "again: model.fit(x, y)"),
        (SKL + "x = np.zeros(40)", "again: model.fit(x, y)"),
        (SKL, "model.fit(x, np.eye(2)[y])"),
    ],
    "another number of features than at fit": [
        (SKL + "model.fit(x, y)", "model.predict(np.zeros((4, 3)))"),
    ],
    "nan in the data": [
        (SKL + "x[0, 1] = np.nan", "again: model.fit(x, y)"),
        (SKL + "x[0, 1] = np.inf", "again: model.fit(x, y)"),
        (SKL + "from skimage.filters import threshold_otsu", "threshold_otsu(x * np.nan)"),
        (SKL + "from scipy.optimize import linear_sum_assignment as f", "f(x * np.nan)"),
    ],
    "a label that was not there at fit": [
        (
            "from sklearn.preprocessing import LabelEncoder; names = ['G1', 'M', 'S']\n"
            "encoder = LabelEncoder().fit(['G1', 'S'])",
            "again: encoder.transform(['M'])",
        ),
    ],
    "more folds than there is to share": [
        (
            "from sklearn.model_selection import StratifiedKFold\n"
            "y = np.array([0, 0, 0, 0, 0, 1, 1]); x = np.zeros((7, 1)); folds = 6",
            "again: list(StratifiedKFold(folds).split(x, y))",
        ),
        (
            "from sklearn.model_selection import StratifiedKFold",
            "list(StratifiedKFold(3).split(np.zeros(5), [0, 0, 0, 1, 1]))",
        ),
        ("from sklearn.model_selection import KFold", "list(KFold(5).split(np.zeros((4, 1))))"),
        (
            "from sklearn.model_selection import GroupKFold as G",
            "list(G(2).split(np.zeros((4, 1))))",
        ),
        (
            "from sklearn.model_selection import train_test_split as cut",
            "cut(np.zeros((4, 1)), stratify=[0, 0, 0, 1])",
        ),
    ],
    "stopped before the bottom": [
        (SKL + "x[:, 1] *= 1e4", "LogisticRegression(max_iter=1).fit(x, y)"),
    ],
    "predict before fit": [(SKL, "again: model.predict(x)")],
    "only one class": [
        (SKL, "model.fit(x, y * 0)"),
        (
            "from sklearn.metrics import roc_auc_score",
            "roc_auc_score([0, 0], [0.1, 0.2])",
        ),
    ],
    "scores where classes belong": [
        (
            "from sklearn.metrics import accuracy_score; scores = np.eye(2) / 3",
            "accuracy_score([1, 0], scores[:, 1])",
        ),
        (
            "from sklearn.metrics import f1_score\nscores = np.array([[0.1, 0.9], [0.8, 0.2]])",
            "f1_score([1, 0], np.eye(2, dtype=int))",
        ),
        (SKL + "scores = x", "model.fit(x, x[:, 0])"),
    ],
    "F1 of several classes needs a rule": [
        (
            "from sklearn.metrics import f1_score; y, answers = [0, 1, 2], [0, 1, 1]",
            "f1_score(y, answers)",
        ),
    ],
    "a score that is not defined": [
        (
            "from sklearn.metrics import precision_score; answers = np.zeros(3, int)",
            "precision_score([0, 1, 1], answers)",
        ),
    ],
    "labels are whole numbers": [
        (MASKS + "from skimage.measure import regionprops", "regionprops(image)"),
        (MASKS + "from skimage.measure import regionprops", "regionprops(mask)"),
    ],
    "brightness was asked for without the image": [
        (
            MASKS + "from skimage.measure import regionprops\nobjects = regionprops(mask * 1)",
            "again: objects[0].intensity_mean",
        ),
    ],
    "a float image outside -1 to 1": [
        (MASKS + "from skimage import img_as_ubyte", "again: img_as_ubyte(image)"),
    ],
    "the range of the data must be said": [
        (MASKS + "from skimage.metrics import structural_similarity as s", "s(image, other)"),
    ],
    "masks are resized without blending": [
        (MASKS + "from skimage.transform import resize", "resize(mask, (4, 4), order=1)"),
    ],
    "not the shape of a picture": [
        ("image = np.zeros((3, 8, 8))", "plt.imshow(image)"),
        ("", "plt.imshow(x)"),
        ("", "plt.imshow(np.zeros(64))"),
    ],
    "an array of axes": [
        ("figure, panel = plt.subplots(1, 2)", "panel.imshow(image)"),
        ("figure, panel = plt.subplots(1, 2)", "panel.set_title('cells')"),
    ],
    "x and y of a curve are not equally long": [("", "plt.plot([1, 2], [1, 2, 3])")],
    "this kind of file cannot hold the image": [
        (MASKS + "from skimage.io import imsave", "imsave('a.png', image, check_contrast=False)"),
        (
            MASKS + "from skimage.io import imsave",
            "imsave('a.png', mask.astype('int64'), check_contrast=False)",
        ),
    ],
    "no assignment is possible": [
        (
            "from scipy.optimize import linear_sum_assignment\n"
            "cost = np.array([[np.inf, np.inf], [1.0, 2.0]])",
            "again: linear_sum_assignment(cost)",
        ),
    ],
    "no such file": [
        ("", "open('images/cells.csv')"),
        ("import tifffile", "tifffile.imread('images/cells.tif')"),
        ("from skimage.io import imread", "imread('images/cells.png')"),
        ("", "np.load('images/cells.npy')"),
    ],
    "the file is something else": [
        ("import tifffile; path.write_bytes(b'<!DOCTYPE html>')", "tifffile.imread(path)"),
        ("from PIL import Image; path.write_bytes(b'version')", "Image.open(path)"),
        (
            "from skimage.io import imread; path.write_bytes(b'version'); path = path.with_suffix("
            "'.png'); path.write_bytes(b'hello')",
            "imread(path)",
        ),
        ("import zipfile; path.write_bytes(b'hello')", "zipfile.ZipFile(path)"),
    ],
    "a compressed TIFF needs one more package": [
        (
            "from unittest.mock import patch; from PIL import Image\n"
            "import tifffile.tifffile as t\n"
            "Image.fromarray(np.zeros((8, 8), 'uint8')).save(path, compression='tiff_lzw')\n"
            "from tifffile import _imagecodecs\n"
            "bare = patch.object(t, 'imagecodecs', _imagecodecs)\n"
            "fresh = patch.object(t.TIFF.DECOMPRESSORS, '_codecs', {})",
            "with bare, fresh: t.imread(path)",
        ),
    ],
    "an image of your own that the course could not read": [
        (
            "from course_utils.data.readers.images import read_image\n"
            "path.write_bytes(b'<!DOCTYPE html>')",
            "read_image(path)",
        ),
    ],
    "NumPy numbers do not go into JSON": [("import json", "json.dumps({'mean': image.mean()})")],
    "a name that nobody defined": [
        ("", "pictures.mean()"),
        ("def f():\n    print(z)\n    z = 1", "f()"),
    ],
    "there is nothing to work on: None": [
        ("def brighten(image): image * 2", "again: brighten(image).shape"),
        ("def brighten(image): image * 2", "again: brighten(image)[0]"),
        ("def brighten(image): image * 2", "again: brighten(image) + 1"),
        ("def brighten(image): image * 2", "[].append(1)()"),
    ],
    "round brackets or square brackets": [
        ("history = fitted(model, x, y)", "image.shape()"),
        ("history = fitted(model, x, y)", "history['loss']"),
        ("history = fitted(model, x, y)", "image(3)"),
    ],
    "names of an older Keras": [
        ("", "model.predict_classes(x)"),
        ("", "model.fit_generator(x)"),
        ("", "from keras.preprocessing.image import ImageDataGenerator"),
        ("", "from keras.layers.experimental import preprocessing"),
        ("", "keras.optimizers.legacy.Adam(0.1)"),
    ],
    "a package that this Python does not have": [("", "import scikit_image"), ("", "import cv22")],
    "Python cannot read the line": [
        ("", "print((1, 2)"),
        ("", "if True\n    pass"),
        ("", "x = 1\n  y = 2"),
    ],
}
