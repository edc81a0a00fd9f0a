// GLFW's X11 connection, as glfw3native.h declares it; that header also wants Xrandr's, which nothing here
// needs.
#pragma once

#include <X11/Xlib.h>

struct GLFWwindow;

extern "C" Display* glfwGetX11Display();
extern "C" Window glfwGetX11Window(GLFWwindow* window);
