# fails: The line chart shows the four values
import streamlit as st

st.title("Sales Dashboard")
st.line_chart([[120, 150, 170, 160]])
